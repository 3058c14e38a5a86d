package dev.virtferry.notice;

import dev.virtferry.migration.Migration;
import java.time.Instant;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whose reader is told, and what it may be told. Asked again each time: a migration that the caller
 * may not see any more is not there for its reader either.
 *
 * @param caller its name
 * @param until from then on it is told nothing; null for never
 * @param sees whether it may see the migration as it is now
 */
public record Audience(String caller, @Nullable Instant until, Predicate<Migration> sees) {

  boolean isOver(Instant now) {
    return until != null && !now.isBefore(until);
  }
}
