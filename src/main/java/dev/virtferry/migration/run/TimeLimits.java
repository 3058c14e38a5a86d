package dev.virtferry.migration.run;

import dev.virtferry.migration.Migration;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.Progress.DiskProgress;
import dev.virtferry.migration.options.LimitAction;
import dev.virtferry.migration.options.Timeout;
import dev.virtferry.time.Moment;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells when a migration has taken too long, as a whole or without moving. */
final class TimeLimits {

  private final StallLimits stalls;
  private final Moment started;
  private @Nullable Phase phase;
  private long copied;
  private long leastRemaining;
  private Moment movedAt = Moment.LONG_AGO;

  /**
   * Begins to watch.
   *
   * @param started when libvirt was called
   */
  TimeLimits(StallLimits stalls, Moment started) {
    this.stalls = stalls;
    this.started = started;
  }

  /**
   * A limit was exceeded.
   *
   * @param why a sentence
   */
  record Excess(LimitAction action, String why) {}

  /** What is to be done now; empty while the migration may go on as it does. */
  Optional<Excess> exceeded(Migration migration, Progress progress, Moment now) {
    note(migration, progress, now);
    return tooLong(migration, now).or(() -> stalled(migration, now));
  }

  private Optional<Excess> tooLong(Migration migration, Moment now) {
    Timeout timeout = migration.options().switchover().timeout();
    if (timeout == null || now.within(Duration.ofSeconds(timeout.seconds()), started)) {
      return Optional.empty();
    }
    String why =
        String.format(
            Locale.ROOT, "It ran for more than %d s, which its timeout allows.", timeout.seconds());
    return Optional.of(new Excess(timeout.action(), why));
  }

  /** Memory moves when less of it remains than ever before: a guest may rewrite what was sent. */
  private void note(Migration migration, Progress progress, Moment now) {
    long done = progress.disks().stream().mapToLong(DiskProgress::bytesDone).sum();
    long remaining = progress.memory().bytesRemaining();
    boolean another = migration.phase() != phase;
    if (another || done != copied || remaining < leastRemaining) {
      movedAt = now;
    }
    phase = migration.phase();
    copied = done;
    leastRemaining = another ? remaining : Math.min(leastRemaining, remaining);
  }

  private Optional<Excess> stalled(Migration migration, Moment now) {
    return switch (migration.phase()) {
      case STORAGE ->
          stalled(
              stalls.storageAfter(),
              stalls.storageAction(),
              "No byte of a disk arrived for %d s; look at the link and at both hosts' storage.",
              now);
      case MEMORY ->
          stalled(
              stalls.memoryAfter(),
              stalls.memoryAction(),
              "Memory came no nearer to its end for %d s: the guest rewrites it faster than the link"
                  + " carries it.",
              now);
      case SWITCHOVER, POST_COPY -> Optional.empty();
      case null -> Optional.empty();
    };
  }

  private Optional<Excess> stalled(Duration after, LimitAction action, String why, Moment now) {
    return after.isZero() || now.within(after, movedAt)
        ? Optional.empty()
        : Optional.of(new Excess(action, why.formatted(after.toSeconds())));
  }
}
