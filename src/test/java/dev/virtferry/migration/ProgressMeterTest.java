package dev.virtferry.migration;

import static dev.virtferry.libvirt.Domains.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.JobReading;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.JobReading.Memory;
import dev.virtferry.migration.Progress.DiskProgress;
import dev.virtferry.migration.Progress.DiskState;
import dev.virtferry.migration.Reading.Seen;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProgressMeterTest {

  private final ProgressMeter meter =
      new ProgressMeter(Progress.initial(Orders.copying("vda", "vdb")));
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");

  private Progress measure(Memory memory, long expectedDowntime, Map<String, BlockJob> jobs) {
    now = now.plusSeconds(1);
    return meter.measure(
        new Sighting(
            new Seen(DomainCondition.RUNNING),
            new Seen(DomainCondition.PAUSED_BY_MIGRATION),
            new JobReading(Activity.RUNNING, memory, expectedDowntime),
            jobs),
        now);
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
    for (int second = 1; second <= 40; second++) {
      storage(second * MIB, second * MIB);
    }
    Progress progress = meter.latest();
    assertThat(progress.bytesPerSecond()).isBetween(19L * MIB / 10, 2L * MIB);
    assertThat(progress.etaSeconds()).isBetween(88L, 93L);
  }

  @Test
  void saysNothingOfTheEndWhileTheGuestIsFasterThanTheLink() {
    for (int round = 1; round <= 20; round++) {
      memory(round * MIB, 100 * MIB, 3, 50 * MIB);
    }
    assertThat(meter.latest().etaSeconds()).isNull();
    assertThat(meter.latest().bytesPerSecond()).isPositive();
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
}
