package dev.virtferry.access;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A call that changes something, or calls of one kind that were refused to somebody who is known.
 *
 * @param id a UUID of version 7; newer ones are greater
 * @param at when the call, or the first of them, was answered
 * @param until when the last of them was; the same as {@code at} for one
 * @param calls how many it were; the rest tells of the first
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
    Instant until,
    long calls,
    String caller,
    String address,
    String action,
    @Nullable String domain,
    @Nullable UUID migration,
    int status,
    @Nullable String problem,
    String requestId) {

  /** With another call of its kind. */
  public AuditEntry again(Instant now) {
    return new AuditEntry(
        id, at, now, calls + 1, caller, address, action, domain, migration, status, problem,
        requestId);
  }

  /** One that stands for calls to whatever address, about whatever domain. */
  public AuditEntry aboutAnything(String anyAction) {
    return new AuditEntry(
        id, at, until, calls, caller, address, anyAction, null, null, status, problem, requestId);
  }
}
