package dev.virtferry.migration;

import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.JobReading;
import dev.virtferry.migration.Progress.DiskProgress;
import dev.virtferry.migration.Progress.DiskState;
import dev.virtferry.migration.Progress.MemoryProgress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Turns sightings into progress that never goes back. */
final class ProgressMeter {

  /** How quickly the smoothed rate follows the measured one. */
  private static final double WINDOW_SECONDS = 5;

  private static final int MOST_BEFORE_SUCCESS = 99;

  private Progress latest;
  private @Nullable Instant measuredAt;
  private long movedBefore;
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
    long total = sum(disks, DiskProgress::bytesTotal) + memory.bytesTotal();
    long done = sum(disks, DiskProgress::bytesDone) + memory.bytesDone();
    long left = sum(disks, disk -> disk.bytesTotal() - disk.bytesDone()) + memory.bytesRemaining();
    measureRate(
        sum(disks, DiskProgress::bytesDone) + sighting.job().memory().processedBytes(), now);
    long downtime = sighting.job().expectedDowntimeMillis();
    latest =
        new Progress(
            latest.revision(),
            percent(done, total),
            total,
            done,
            Math.round(bytesPerSecond),
            eta(left, memory),
            memory,
            downtime > 0 ? Long.valueOf(downtime) : latest.expectedDowntimeMillis(),
            latest.verification(),
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
    long arrived = Math.max(0, seen.totalBytes() - seen.remainingBytes());
    return new MemoryProgress(
        seen.totalBytes(),
        Math.max(latest.memory().bytesDone(), arrived),
        seen.remainingBytes(),
        seen.iteration(),
        seen.dirtyBytesPerSecond());
  }

  /** By what went over the wire: memory that the guest dirties again goes more than once. */
  private void measureRate(long moved, Instant now) {
    if (measuredAt != null) {
      double seconds = Duration.between(measuredAt, now).toNanos() / 1e9;
      double current = seconds > 0 ? Math.max(0, moved - movedBefore) / seconds : 0;
      bytesPerSecond += (1 - Math.exp(-seconds / WINDOW_SECONDS)) * (current - bytesPerSecond);
    }
    measuredAt = now;
    movedBefore = moved;
  }

  private int percent(long done, long total) {
    long percent = total == 0 ? 0 : Math.min(MOST_BEFORE_SUCCESS, done * 100 / total);
    return (int) Math.max(latest.percent(), percent);
  }

  /** Nothing sensible can be said of a guest that dirties its memory faster than it moves. */
  private @Nullable Long eta(long left, MemoryProgress memory) {
    boolean outrun = memory.dirtyBytesPerSecond() >= bytesPerSecond && memory.iteration() > 1;
    return bytesPerSecond < 1 || outrun ? null : Long.valueOf(Math.round(left / bytesPerSecond));
  }

  private static long sum(List<DiskProgress> disks, ToLongFunction<DiskProgress> size) {
    return disks.stream().mapToLong(size).sum();
  }
}
