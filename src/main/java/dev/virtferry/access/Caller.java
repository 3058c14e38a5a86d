package dev.virtferry.access;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who was identified.
 *
 * @param name unique over all ways of identification, such as {@code token:control-plane} or {@code
 *     jwt:alice}; in the audit, and whose keys and limits they are
 * @param role null when it is known and may do nothing
 * @param until from then on the token that it showed is worth nothing; null for never
 */
public record Caller(String name, @Nullable Role role, Scope scope, @Nullable Instant until) {

  /**
   * The authority of callers who have a role and are bound to nothing: what is told of the service
   * as a whole names hosts and counts everybody's migrations.
   */
  public static final String UNBOUND = "UNBOUND";

  /** Whether it has {@link #UNBOUND}. */
  boolean unbound() {
    return role != null && scope.equals(Scope.EVERYTHING);
  }
}
