package dev.virtferry.migration.run;

import static dev.virtferry.libvirt.Domains.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.CompletedJob;
import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.DomainRun;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.JobReading;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.JobReading.Memory;
import dev.virtferry.migration.GivenMigration;
import dev.virtferry.migration.MovedClock;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.Progress.DiskProgress;
import dev.virtferry.migration.Progress.DiskState;
import dev.virtferry.migration.Stall;
import dev.virtferry.migration.truth.HostReading.Seen;
import dev.virtferry.migration.truth.HostsObservation;
import dev.virtferry.time.Moment;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProgressMeterTest {

  private final MovedClock clock = new MovedClock();
  private final Moment start = clock.now();

  private final ProgressMeter meter =
      new ProgressMeter(Progress.initial(new GivenMigration().copying("vda", "vdb").plan()), start);

  private Progress measure(Memory memory, long expectedDowntime, Map<String, BlockJob> jobs) {
    clock.move(Duration.ofSeconds(1));
    return meter.measure(observation(memory, expectedDowntime, jobs), clock.now());
  }

  private static HostsObservation observation(
      Memory memory, long expectedDowntime, Map<String, BlockJob> jobs) {
    return new HostsObservation(
        new Seen(new DomainCondition("web", DomainState.RUNNING_BOOTED, new DomainRun(7, 0), true)),
        new Seen(
            new DomainCondition("web", DomainState.PAUSED_MIGRATION, new DomainRun(7, 0), false)),
        new JobReading(Activity.RUNNING, memory, expectedDowntime),
        jobs);
  }

  private Progress storage(long vda, long vdb) {
    return measure(
        Memory.NOTHING,
        0,
        Map.of("vda", new BlockJob(vda, 64 * MIB, 0), "vdb", new BlockJob(vdb, 64 * MIB, 0)));
  }

  private Progress memory(long processed, long remaining, long iteration, long dirty) {
    return measure(
        new Memory(128 * MIB, processed, remaining, iteration, dirty, 0),
        30,
        Map.of(
            "vda",
            new BlockJob(64 * MIB, 64 * MIB, 0),
            "vdb",
            new BlockJob(64 * MIB, 64 * MIB, 0)));
  }

  @Test
  void beginsWithNothingDoneOfDisksAndMemory() {
    Progress progress = meter.latest();
    assertThat(progress.percent()).isZero();
    assertThat(progress.bytesTotal()).isEqualTo(256 * MIB);
    assertThat(progress.disks())
        .extracting(DiskProgress::state)
        .containsExactly(DiskState.PENDING, DiskState.PENDING);
  }

  @Test
  void weighsStorageAndMemoryByBytes() {
    assertThat(storage(64 * MIB, 64 * MIB).percent()).isEqualTo(50);
    assertThat(memory(64 * MIB, 64 * MIB, 1, 0).percent()).isEqualTo(75);
  }

  @Test
  void tellsEachDiskByItself() {
    assertThat(storage(16 * MIB, 64 * MIB).disks())
        .containsExactly(
            new DiskProgress("vda", DiskState.COPYING, 64 * MIB, 16 * MIB),
            new DiskProgress("vdb", DiskState.READY, 64 * MIB, 64 * MIB));
  }

  @Test
  void takesADiskWithoutASizeForOneThatHasJustBegun() {
    Progress progress = measure(Memory.NOTHING, 0, Map.of("vda", new BlockJob(0, 0, 0)));
    assertThat(progress.disks().getFirst().state()).isEqualTo(DiskState.COPYING);
    assertThat(progress.disks().getFirst().bytesTotal()).isEqualTo(64 * MIB);
  }

  @Test
  void growsWithADiskThatTheGuestWrites() {
    measure(Memory.NOTHING, 0, Map.of("vda", new BlockJob(MIB, 80 * MIB, 0)));
    assertThat(meter.latest().bytesTotal()).isEqualTo(272 * MIB);
  }

  @Test
  void keepsWhatWasReachedWhenAJobIsGone() {
    storage(64 * MIB, 32 * MIB);
    Progress later = measure(Memory.NOTHING, 0, Map.of());
    assertThat(later.disks().getLast().bytesDone()).isEqualTo(32 * MIB);
  }

  @Test
  void neverCountsMoreMemoryThanThereIs() {
    Progress progress = memory(900 * MIB, 10 * MIB, 7, 0);
    assertThat(progress.memory().bytesDone()).isEqualTo(118 * MIB);
    assertThat(progress.bytesDone()).isLessThanOrEqualTo(progress.bytesTotal());
  }

  @Test
  void foreseesTheEndByTheRate() {
    for (long second = 1; second <= 40; second++) {
      storage(second * MIB, second * MIB);
    }
    Progress progress = meter.latest();
    assertThat(progress.flow().bytesPerSecond()).isEqualTo(2 * MIB);
    assertThat(progress.etaSeconds()).isEqualTo(88);
  }

  @Test
  void saysNothingOfTheEndWhileTheGuestIsFasterThanTheLink() {
    for (int round = 1; round <= 20; round++) {
      memory(round * MIB, 100 * MIB, 3, 50 * MIB);
    }
    assertThat(meter.latest().etaSeconds()).isNull();
    assertThat(meter.latest().flow().bytesPerSecond()).isPositive();
  }

  @Test
  void saysNothingOfTheEndWhileNothingMoves() {
    storage(0, 0);
    assertThat(storage(0, 0).etaSeconds()).isNull();
  }

  @Test
  void keepsTheLastForeseenDowntime() {
    memory(MIB, MIB, 1, 0);
    assertThat(measure(Memory.NOTHING, 0, Map.of()).expectedDowntimeMillis()).isEqualTo(30);
  }

  @Test
  void neverFallsAndNeverSaysHundredWhateverLibvirtTells() {
    var random = new Random(42);
    int percent = 0;
    long vda = 0;
    for (int i = 0; i < 2_000; i++) {
      Progress progress =
          measure(
              new Memory(
                  random.nextLong(200 * MIB),
                  random.nextLong(400 * MIB),
                  random.nextLong(300 * MIB),
                  random.nextInt(5),
                  random.nextLong(MIB),
                  0),
              random.nextInt(100),
              Map.of("vda", new BlockJob(random.nextLong(70 * MIB), random.nextLong(70 * MIB), 0)));
      assertThat(progress.percent()).isBetween(percent, 99);
      assertThat(progress.disks().getFirst().bytesDone()).isGreaterThanOrEqualTo(vda);
      percent = progress.percent();
      vda = progress.disks().getFirst().bytesDone();
    }
  }

  @Test
  void isCompleteOnlyByBeingToldSo() {
    memory(128 * MIB, 0, 1, 0);
    Progress complete = meter.latest().complete();
    assertThat(complete.percent()).isEqualTo(100);
    assertThat(complete.bytesDone()).isEqualTo(complete.bytesTotal());
    assertThat(complete.disks()).extracting(DiskProgress::state).containsOnly(DiskState.DONE);
  }

  @Test
  void isReadyForGoodOnceItIsReady() {
    storage(64 * MIB, 10 * MIB);
    Progress behind =
        measure(Memory.NOTHING, 0, Map.of("vda", new BlockJob(64 * MIB, 66 * MIB, 0)));
    assertThat(behind.disks().getFirst())
        .isEqualTo(new DiskProgress("vda", DiskState.READY, 66 * MIB, 66 * MIB));
  }

  @Test
  void countsMemoryThatIsSentAgainAgain() {
    storage(64 * MIB, 64 * MIB);
    memory(100 * MIB, 60 * MIB, 1, 0);
    assertThat(memory(300 * MIB, 50 * MIB, 3, MIB).flow().bytesMoved()).isEqualTo(428 * MIB);
    assertThat(storage(64 * MIB, 64 * MIB).flow().bytesMoved()).isEqualTo(428 * MIB);
  }

  @Test
  void averagesFromTheCallToTheLastByte() {
    storage(10 * MIB, 0);
    assertThat(storage(10 * MIB, 10 * MIB).flow().averageBytesPerSecond()).isEqualTo(10 * MIB);
    assertThat(storage(10 * MIB, 10 * MIB).flow().averageBytesPerSecond()).isEqualTo(10 * MIB);
    assertThat(storage(40 * MIB, 40 * MIB).flow().averageBytesPerSecond()).isEqualTo(20 * MIB);
  }

  @Test
  void goesOnFromWhatAnotherRunReported() {
    storage(64 * MIB, 64 * MIB);
    Progress known = memory(72 * MIB, 100 * MIB, 1, 0);
    var another = new ProgressMeter(known, start);
    clock.move(Duration.ofMinutes(1));
    Progress later = another.measure(observation(Memory.NOTHING, 0, Map.of()), clock.now());
    assertThat(later.flow().bytesMoved()).isEqualTo(200 * MIB);
    assertThat(later.flow().averageBytesPerSecond())
        .isEqualTo(known.flow().averageBytesPerSecond());
  }

  @Test
  void foreseesTheEndOfASteadyCopyAfterSecondsThoughItsFirstByteCameLate() {
    for (long second = 1; second <= 8; second++) {
      storage(0, 0);
    }
    for (long second = 1; second <= 3; second++) {
      storage(2 * second * MIB, 0);
    }
    assertThat(eta()).isCloseTo(125, withinPercentage(10));
  }

  @Test
  void followsARateThatHalvesWithinTenSeconds() {
    for (long second = 1; second <= 20; second++) {
      storage(2 * second * MIB, 0);
    }
    assertThat(eta()).isCloseTo(108, withinPercentage(1));
    for (long second = 1; second <= 10; second++) {
      storage((40 + second) * MIB, 0);
    }
    assertThat(eta()).isCloseTo(206, withinPercentage(10));
  }

  @Test
  void doesNotJumpWithTheBigStepsOfASlowDisk() {
    for (long second = 1; second <= 60; second++) {
      storage(second / 4 * 4 * MIB, 0);
      if (second > 12) {
        long truth = 256 - second;
        assertThat(eta()).as("after %d s", second).isCloseTo(truth, withinPercentage(25));
      }
    }
  }

  @Test
  void foreseesThatMemoryIsSentAgain() {
    for (long second = 1; second <= 12; second++) {
      memory(second * 10 * MIB, 40 * MIB, 2, 5 * MIB);
    }
    assertThat(eta()).isEqualTo(8);
  }

  @Test
  void saysNothingOfTheEndWhenItIsTooCloseToCall() {
    for (long second = 1; second <= 5; second++) {
      memory(second * 100 * MIB, 40 * MIB, 2, 95 * MIB);
    }
    assertThat(meter.latest().etaSeconds()).isNull();
    assertThat(meter.latest().stalled()).isNull();
  }

  @Test
  void isStalledWhenNothingMovedForTenSecondsAndNoMoreWhenItMovesAgain() {
    storage(MIB, 0);
    Instant moved = clock.instant();
    for (long second = 1; second <= 9; second++) {
      assertThat(storage(MIB, 0).stalled()).isNull();
    }
    Stall stall = stalled(storage(MIB, 0));
    assertThat(stall.reason()).isEqualTo(Stall.Reason.NO_BYTES_MOVED);
    assertThat(stall.since()).isEqualTo(moved);
    assertThat(meter.latest().etaSeconds()).isNull();
    Progress before = meter.latest();
    assertThat(storage(MIB, 0)).as("nothing new is nothing to report").isEqualTo(before);
    assertThat(storage(2 * MIB, 0).stalled()).isNull();
  }

  @Test
  void isStalledWhenTheGuestOutrunsTheLinkForTenSeconds() {
    for (long second = 1; second <= 10; second++) {
      assertThat(memory(second * MIB, 100 * MIB, 3, 50 * MIB).stalled()).isNull();
    }
    Stall stall = stalled(memory(11 * MIB, 100 * MIB, 3, 50 * MIB));
    assertThat(stall.reason()).isEqualTo(Stall.Reason.DIRTY_RATE_ABOVE_THROUGHPUT);
    assertThat(stall.since()).isEqualTo(clock.instant().minusSeconds(10));
    assertThat(memory(12 * MIB, 99 * MIB, 4, 0).stalled()).isNull();
  }

  @Test
  void isStalledWhenTheGuestKeepsPaceNowSlowerAndNowFaster() {
    for (long second = 1; second <= 20; second++) {
      long dirtied = second % 2 == 0 ? 1_030_000 : 1_060_000;
      memory(second * MIB, 3 * MIB, second + 2, dirtied);
    }
    assertThat(stalled(meter.latest()).reason())
        .isEqualTo(Stall.Reason.DIRTY_RATE_ABOVE_THROUGHPUT);
  }

  @Test
  void doesNotBlameAGuestForItsFirstRound() {
    for (long second = 1; second <= 30; second++) {
      assertThat(memory(second * MIB, 100 * MIB, 1, 50 * MIB).stalled()).isNull();
    }
  }

  @Test
  void isStalledWhenOneDiskIsAllButCopiedAndNeverReady() {
    for (long second = 1; second <= 30; second++) {
      assertThat(chased(second).stalled()).isNull();
    }
    Stall stall = stalled(chased(31));
    assertThat(stall.reason()).isEqualTo(Stall.Reason.DISK_NEVER_READY);
    assertThat(stall.detail()).startsWith("Disk vdb is all but copied");
    assertThat(storage(64 * MIB, 128 * MIB).stalled()).isNull();
  }

  @Test
  void waitsForTheOtherDisksBeforeItBlamesOne() {
    for (long second = 1; second <= 60; second++) {
      assertThat(storage(second * MIB / 2, 60 * MIB).stalled()).isNull();
    }
  }

  @Test
  void takesTheLastBytesAndThePauseFromTheRecordOfTheJob() {
    storage(64 * MIB, 60 * MIB);
    Progress progress = meter.completed(new CompletedJob(41L, 4_000, 72 * MIB));
    assertThat(progress.flow().bytesMoved()).isEqualTo(200 * MIB);
    assertThat(progress.flow().averageBytesPerSecond()).isEqualTo(50 * MIB);
    assertThat(progress.downtimeMillis()).isEqualTo(41);
  }

  /** The guest writes to vdb as fast as it is copied. */
  private Progress chased(long second) {
    long written = second * MIB;
    return measure(
        Memory.NOTHING,
        0,
        Map.of(
            "vda", new BlockJob(64 * MIB, 64 * MIB, 0),
            "vdb", new BlockJob(60 * MIB + written, 64 * MIB + written, 0)));
  }

  private long eta() {
    return Objects.requireNonNull(meter.latest().etaSeconds());
  }

  private static Stall stalled(Progress progress) {
    return Objects.requireNonNull(progress.stalled());
  }
}
