package dev.virtferry.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.disk.BackingCheck;
import dev.virtferry.disk.CopyMode;
import dev.virtferry.migration.Progress.DiskProgress;
import dev.virtferry.migration.Progress.DiskState;
import dev.virtferry.problem.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TimeLimitsTest {

  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

  private final TimeLimits limits = new TimeLimits(Duration.ofMinutes(5));

  private static Migration running(@Nullable Timeout timeout) {
    var options =
        new MigrationOptions(
            null, null, SourceVolumes.KEEP, BackingCheck.SIZE, false, false, false, timeout);
    Order order = Orders.of(CopyMode.FULL, options, true, "vda");
    Migration prepared =
        Migration.accepted(
                UUID.randomUUID(), order, CallMapping.call(order, Orders.DESTINATION, null), START)
            .prepare();
    return prepared.start(order, prepared.call(), START);
  }

  private static Progress copied(Migration migration, long bytes) {
    Progress initial = Progress.initial(migration.order());
    return new Progress(
        1,
        0,
        initial.bytesTotal(),
        bytes,
        0,
        null,
        initial.memory(),
        null,
        null,
        List.of(new DiskProgress("vda", DiskState.COPYING, 1000, bytes)));
  }

  private Optional<Failure> after(Migration migration, long seconds, long bytes) {
    return limits.exceeded(migration, copied(migration, bytes), START.plusSeconds(seconds));
  }

  @Test
  void hasNoDeadlineOfItsOwn() {
    Migration migration = running(null);
    for (int hour = 0; hour < 100; hour++) {
      assertThat(after(migration, hour * 3600L, hour)).isEmpty();
    }
  }

  @Test
  void endsAtTheDeadline() {
    Migration migration = running(new Timeout(60, Timeout.Action.CANCEL));
    assertThat(after(migration, 59, 1)).isEmpty();
    assertThat(after(migration, 60, 2))
        .hasValueSatisfying(
            why -> assertThat(why.problem().type()).isEqualTo(ProblemType.TIME_LIMIT));
  }

  @Test
  void endsWhenNoByteOfADiskArrivesForTooLong() {
    Migration migration = running(null);
    assertThat(after(migration, 0, 10)).isEmpty();
    assertThat(after(migration, 299, 10)).isEmpty();
    assertThat(after(migration, 299, 11)).isEmpty();
    assertThat(after(migration, 598, 11)).isEmpty();
    assertThat(after(migration, 599, 11))
        .hasValueSatisfying(
            why -> assertThat(why.problem().detail()).startsWith("No byte of a disk arrived"));
  }

  @Test
  void doesNotCountTheMemoryPhase() {
    Migration migration = running(null).observe(Phase.MEMORY, DomainLocation.SOURCE, START);
    assertThat(after(migration, 0, 10)).isEmpty();
    assertThat(after(migration, 10_000, 10)).isEmpty();
  }
}
