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
 * @param jobHangs whether libvirt's job was to be aborted, and neither ends nor gets on
 */
public record Attention(
    Instant since, String reason, String advice, @Nullable Silence silence, boolean jobHangs) {

  public Attention(Instant since, String reason, String advice, @Nullable Silence silence) {
    this(since, reason, advice, silence, false);
  }

  public static Attention ofAHungJob(Instant since, String reason, String advice) {
    return new Attention(since, reason, advice, Silence.NONE, true);
  }

  /** Whether that is the same trouble. */
  boolean sameAs(Attention other) {
    return reason.equals(other.reason) && silence == other.silence && jobHangs == other.jobHangs;
  }

  /** A job that libvirt can't end takes nothing from others. */
  Slots slots() {
    return jobHangs ? Slots.NONE : Objects.requireNonNullElse(silence, Silence.NONE).slots();
  }
}
