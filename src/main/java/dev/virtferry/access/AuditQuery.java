package dev.virtferry.access;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which entries to list, newest first; null for no condition.
 *
 * @param before only older ones than this entry
 * @param limit at most so many
 */
public record AuditQuery(
    @Nullable String caller,
    @Nullable String domain,
    @Nullable UUID migration,
    @Nullable UUID before,
    int limit) {}
