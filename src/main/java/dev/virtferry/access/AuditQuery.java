package dev.virtferry.access;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which entries to list, newest first; null for no condition.
 *
 * @param reader sees what it did itself, and what was done to domains of its scope; an entry names
 *     no host, so one who is bound to hosts sees nothing of others
 * @param before only older ones than this entry
 * @param limit at most so many
 */
public record AuditQuery(
    Caller reader,
    @Nullable String caller,
    @Nullable String domain,
    @Nullable UUID migration,
    @Nullable UUID before,
    int limit) {}
