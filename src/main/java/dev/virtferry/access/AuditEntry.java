package dev.virtferry.access;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A call that changes something, or that was refused to somebody who is known.
 *
 * @param id a UUID of version 7; newer ones are greater
 * @param caller as in {@link Caller#name}
 * @param address where the call came from
 * @param action method and path, with {@code {id}} in place of a migration's id
 * @param domain as the call named it; null when it named none
 * @param migration null when it was about none
 * @param status of the answer
 * @param problem the name of the problem; null when there was none
 * @param requestId the call's {@code X-Request-Id}
 */
public record AuditEntry(
    UUID id,
    Instant at,
    String caller,
    String address,
    String action,
    @Nullable String domain,
    @Nullable UUID migration,
    int status,
    @Nullable String problem,
    String requestId) {}
