package dev.virtferry.migration;

import dev.virtferry.access.Scope;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which migrations to list, newest first.
 *
 * @param scope outside of which none is listed
 * @param states any of these; empty for all
 * @param domain a name or UUID; null for all
 * @param limit at most so many
 * @param after where the page before ended; null for the first
 */
public record MigrationQuery(
    Scope scope,
    Set<MigrationState> states,
    @Nullable String domain,
    @Nullable String source,
    @Nullable String destination,
    int limit,
    @Nullable Position after) {

  /** The place of a migration in the list. */
  public record Position(Instant createdAt, UUID id) {}

  /**
   * A part of the list.
   *
   * @param next where the next page begins; null when this is the last
   */
  public record Page(List<MigrationSnapshot> items, @Nullable Position next) {}
}
