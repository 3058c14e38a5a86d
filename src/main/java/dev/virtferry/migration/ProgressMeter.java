package dev.virtferry.migration;

import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.JobReading;
import dev.virtferry.migration.Progress.DiskProgress;
import dev.virtferry.migration.Progress.DiskState;
import dev.virtferry.migration.Progress.MemoryProgress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns sightings into progress that never goes back. */
final class ProgressMeter {

  /** How quickly the smoothed rate follows the measured one. */
  private static final double WINDOW_SECONDS = 5;

  private static final int MOST_BEFORE_SUCCESS = 99;

  private Progress latest;
  private @Nullable Instant measuredAt;
  private double bytesPerSecond;

  ProgressMeter(Progress known) {
    this.latest = known;
  }

  Progress latest() {
    return latest;
  }

  Progress measure(Sighting sighting, Instant now) {
    List<DiskProgress> disks =
        latest.disks().stream()
            .map(disk -> advanced(disk, sighting.blockJobs().get(disk.target())))
            .toList();
    MemoryProgress memory = memory(sighting.job().memory());
    long done = sum(disks) + memory.bytesDone();
    long total =
        disks.stream().mapToLong(DiskProgress::bytesTotal).sum()
            + Math.max(memory.bytesTotal(), memory.bytesDone() + memory.bytesRemaining());
    measureRate(done, now);
    long downtime = sighting.job().expectedDowntimeMillis();
    latest =
        new Progress(
            latest.revision(),
            percent(done, total),
            total,
            Math.min(done, total),
            Math.round(bytesPerSecond),
            eta(total - done),
            memory,
            downtime > 0 ? Long.valueOf(downtime) : latest.expectedDowntimeMillis(),
            disks);
    return latest;
  }

  private static DiskProgress advanced(DiskProgress disk, @Nullable BlockJob job) {
    if (job == null) {
      return disk;
    }
    long total = Math.max(disk.bytesTotal(), job.totalBytes());
    // A job without a size has only just begun; it is not ready because 0 equals 0.
    boolean ready = job.totalBytes() > 0 && job.doneBytes() >= job.totalBytes();
    return new DiskProgress(
        disk.target(),
        ready ? DiskState.READY : DiskState.COPYING,
        total,
        Math.max(disk.bytesDone(), ready ? total : job.doneBytes()));
  }

  private MemoryProgress memory(JobReading.Memory seen) {
    if (seen.totalBytes() == 0) {
      return latest.memory();
    }
    return new MemoryProgress(
        seen.totalBytes(),
        Math.max(latest.memory().bytesDone(), seen.processedBytes()),
        seen.remainingBytes(),
        seen.iteration(),
        seen.dirtyBytesPerSecond());
  }

  private void measureRate(long done, Instant now) {
    if (measuredAt == null) {
      measuredAt = now;
      return;
    }
    double seconds = Duration.between(measuredAt, now).toNanos() / 1e9;
    if (seconds > 0) {
      double current = Math.max(0, done - latest.bytesDone()) / seconds;
      double weight = 1 - Math.exp(-seconds / WINDOW_SECONDS);
      bytesPerSecond += weight * (current - bytesPerSecond);
      measuredAt = now;
    }
  }

  private int percent(long done, long total) {
    long percent = total == 0 ? 0 : Math.min(MOST_BEFORE_SUCCESS, done * 100 / total);
    return (int) Math.max(latest.percent(), percent);
  }

  private @Nullable Long eta(long remaining) {
    return bytesPerSecond < 1 ? null : Long.valueOf(Math.round(remaining / bytesPerSecond));
  }

  private static long sum(List<DiskProgress> disks) {
    return disks.stream().mapToLong(DiskProgress::bytesDone).sum();
  }
}
