package dev.virtferry.migration;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why a migration is in trouble, for a person.
 *
 * @param since when that was first seen
 * @param reason what the hosts show
 * @param advice what an operator can do about it
 * @param silence which hosts it waits for; what an older version wrote has none
 */
public record Attention(Instant since, String reason, String advice, @Nullable Silence silence) {

  Slots slots() {
    return Objects.requireNonNullElse(silence, Silence.NONE).slots();
  }
}
