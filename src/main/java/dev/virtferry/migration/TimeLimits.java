package dev.virtferry.migration;

import dev.virtferry.migration.Progress.DiskProgress;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Tells when a migration has taken too long, as a whole or without moving. */
final class TimeLimits {

  private final Duration storageStall;
  private long copied = -1;
  private Instant movedAt = Instant.MIN;

  TimeLimits(Duration storageStall) {
    this.storageStall = storageStall;
  }

  /** Why the migration is to be ended now; empty while it may go on. */
  Optional<Failure> exceeded(Migration migration, Progress progress, Instant now) {
    return tooLong(migration, now).or(() -> stalled(migration, progress, now));
  }

  private static Optional<Failure> tooLong(Migration migration, Instant now) {
    Timeout timeout = migration.order().options().timeout();
    Instant startedAt = migration.timeline().startedAt();
    return timeout == null
            || startedAt == null
            || now.isBefore(startedAt.plusSeconds(timeout.seconds()))
        ? Optional.empty()
        : Optional.of(
            failure(
                "It ran for more than %d s, which its timeout allows."
                    .formatted(timeout.seconds())));
  }

  private Optional<Failure> stalled(Migration migration, Progress progress, Instant now) {
    long done = progress.disks().stream().mapToLong(DiskProgress::bytesDone).sum();
    if (done != copied) {
      copied = done;
      movedAt = now;
    }
    return migration.phase() != Phase.STORAGE || now.isBefore(movedAt.plus(storageStall))
        ? Optional.empty()
        : Optional.of(
            failure(
                "No byte of a disk arrived for %d s; look at the link and at both hosts' storage."
                    .formatted(storageStall.toSeconds())));
  }

  private static Failure failure(String why) {
    return new Failure(
        Problem.of(ProblemType.TIME_LIMIT, why + " virt-ferry ended it; the guest is as it was."),
        null);
  }
}
