package dev.virtferry.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.GivenMigration;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.Progress.DiskProgress;
import dev.virtferry.migration.Progress.DiskState;
import dev.virtferry.migration.Progress.Flow;
import dev.virtferry.migration.Progress.MemoryProgress;
import dev.virtferry.migration.options.GivenOptions;
import dev.virtferry.migration.options.LimitAction;
import dev.virtferry.migration.options.MigrationOptions;
import dev.virtferry.migration.run.TimeLimits.Excess;
import dev.virtferry.time.Moment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TimeLimitsTest {

  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

  private final TimeLimits limits =
      new TimeLimits(
          new StallLimits(
              Duration.ofMinutes(5),
              LimitAction.CANCEL,
              Duration.ofMinutes(1),
              LimitAction.SUSPEND),
          after(0));

  private static Moment after(long seconds) {
    return new Moment(START.plusSeconds(seconds), Duration.ofSeconds(seconds));
  }

  private static Migration running() {
    return running(MigrationOptions.NONE);
  }

  private static Migration running(MigrationOptions options) {
    Migration prepared =
        new GivenMigration().copying("vda").with(options).accepted(START).prepare();
    return prepared.start(prepared.plan(), prepared.call(), START);
  }

  private static Progress copied(Migration migration, long bytes) {
    Progress initial = Progress.initial(migration.plan());
    return new Progress(
        1,
        0,
        initial.bytesTotal(),
        bytes,
        Flow.NONE,
        null,
        null,
        initial.memory(),
        null,
        null,
        null,
        List.of(new DiskProgress("vda", DiskState.COPYING, 1000, bytes)));
  }

  private Optional<Excess> after(Migration migration, long seconds, long bytes) {
    return limits.exceeded(migration, copied(migration, bytes), after(seconds));
  }

  @Test
  void hasNoDeadlineOfItsOwn() {
    Migration migration = running();
    for (int hour = 0; hour < 100; hour++) {
      assertThat(after(migration, hour * 3600L, hour)).isEmpty();
    }
  }

  @Test
  void endsAtTheDeadline() {
    Migration migration = running(new GivenOptions().timeout(60, LimitAction.POST_COPY).build());
    assertThat(after(migration, 59, 1)).isEmpty();
    assertThat(after(migration, 60, 2))
        .hasValueSatisfying(excess -> assertThat(excess.action()).isEqualTo(LimitAction.POST_COPY));
  }

  @Test
  void endsWhenNoByteOfADiskArrivesForTooLong() {
    Migration migration = running();
    assertThat(after(migration, 0, 10)).isEmpty();
    assertThat(after(migration, 299, 10)).isEmpty();
    assertThat(after(migration, 299, 11)).isEmpty();
    assertThat(after(migration, 598, 11)).isEmpty();
    assertThat(after(migration, 599, 11))
        .hasValueSatisfying(
            excess -> assertThat(excess.why()).startsWith("No byte of a disk arrived"));
  }

  private Optional<Excess> inMemory(Migration migration, long seconds, long remaining) {
    Progress copied = copied(migration, 10);
    var progress =
        new Progress(
            1,
            0,
            copied.bytesTotal(),
            10,
            Flow.NONE,
            null,
            null,
            new MemoryProgress(1000, 0, remaining, 1, 0),
            null,
            null,
            null,
            copied.disks());
    return limits.exceeded(migration, progress, after(seconds));
  }

  @Test
  void suspendsWhenMemoryComesNoNearerToItsEnd() {
    Migration migration = running().observe(Phase.MEMORY, DomainLocation.SOURCE, START);
    assertThat(inMemory(migration, 0, 900)).isEmpty();
    assertThat(inMemory(migration, 50, 500)).isEmpty();
    assertThat(inMemory(migration, 100, 800)).isEmpty();
    assertThat(inMemory(migration, 109, 499)).isEmpty();
    assertThat(inMemory(migration, 168, 700)).isEmpty();
    assertThat(inMemory(migration, 169, 499))
        .hasValueSatisfying(excess -> assertThat(excess.action()).isEqualTo(LimitAction.SUSPEND));
  }

  @Test
  void countsEachPhaseFromItsOwnBeginning() {
    Migration storage = running();
    assertThat(after(storage, 0, 10)).isEmpty();
    Migration memory = storage.observe(Phase.MEMORY, DomainLocation.SOURCE, START);
    assertThat(inMemory(memory, 290, 900)).isEmpty();
    assertThat(inMemory(memory, 349, 900)).isEmpty();
    assertThat(inMemory(memory, 350, 900)).isPresent();
  }

  @Test
  void aLimitOfZeroIsNone() {
    var never =
        new TimeLimits(
            new StallLimits(Duration.ZERO, LimitAction.CANCEL, Duration.ZERO, LimitAction.CANCEL),
            after(0));
    Migration migration = running();
    assertThat(never.exceeded(migration, copied(migration, 1), after(0))).isEmpty();
    assertThat(never.exceeded(migration, copied(migration, 1), after(9_999))).isEmpty();
  }
}
