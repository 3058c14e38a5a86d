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
 * @param words what was said of it that may tell of addresses and files; null for nothing
 */
public record Attention(
    Instant since,
    String reason,
    String advice,
    @Nullable Silence silence,
    boolean jobHangs,
    @Nullable String words) {

  public Attention(Instant since, String reason, String advice, @Nullable Silence silence) {
    this(since, reason, advice, silence, false, null);
  }

  public static Attention ofAHungJob(Instant since, String reason, String advice) {
    return new Attention(since, reason, advice, Silence.NONE, true, null);
  }

  /** The same with what was said of it. */
  public Attention saying(@Nullable String what) {
    return new Attention(since, reason, advice, silence, jobHangs, what);
  }

  /** Whether that is the same trouble. */
  boolean sameAs(Attention other) {
    return reason.equals(other.reason)
        && silence == other.silence
        && jobHangs == other.jobHangs
        && Objects.equals(words, other.words);
  }

  /** A job that libvirt can't end takes nothing from others. */
  Slots slots() {
    return jobHangs ? Slots.NONE : Objects.requireNonNullElse(silence, Silence.NONE).slots();
  }
}
