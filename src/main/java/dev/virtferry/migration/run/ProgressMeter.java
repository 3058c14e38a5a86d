package dev.virtferry.migration.run;

import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.CompletedJob;
import dev.virtferry.libvirt.JobReading;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.Progress.DiskProgress;
import dev.virtferry.migration.Progress.DiskState;
import dev.virtferry.migration.Progress.Flow;
import dev.virtferry.migration.Progress.MemoryProgress;
import dev.virtferry.migration.Stall;
import dev.virtferry.migration.truth.HostsObservation;
import dev.virtferry.time.Moment;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Turns sightings into progress that never goes back. */
final class ProgressMeter {

  private static final int MOST_BEFORE_SUCCESS = 99;

  /** A guest that leaves less of the rate than this is too close to call. */
  private static final double LEAST_GAIN = 0.1;

  private final Moment started;
  private final SmoothedRate rate = new SmoothedRate();
  private final StallWatch stalls = new StallWatch();
  private Progress latest;
  private long memoryMoved;

  /**
   * Goes on from what is known.
   *
   * @param started when libvirt was called
   */
  ProgressMeter(Progress known, Moment started) {
    this.latest = known;
    this.started = started;
    this.memoryMoved = Math.max(0, known.flow().bytesMoved() - copied(known.disks()));
  }

  Progress latest() {
    return latest;
  }

  Progress measure(HostsObservation observation, Moment now) {
    List<DiskProgress> disks =
        latest.disks().stream()
            .map(disk -> advanced(disk, observation.blockJobs().get(disk.target())))
            .toList();
    MemoryProgress memory = memory(observation.job().memory());
    memoryMoved = Math.max(memoryMoved, observation.job().memory().processedBytes());
    Flow flow = flow(copied(disks) + memoryMoved, now);
    boolean moved = flow.bytesMoved() > latest.flow().bytesMoved();
    long dirtied = dirtied(observation, memory);
    boolean outrun = dirtied > 0 && outruns(dirtied, flow.bytesPerSecond());
    Stall stalled = stalls.look(moved, outrun, disks, now);
    Long eta = stalled == null ? eta(left(disks, memory), flow.bytesPerSecond(), dirtied) : null;
    latest = seen(disks, memory, flow, eta, stalled, observation.job().expectedDowntimeMillis());
    return latest;
  }

  private Progress seen(
      List<DiskProgress> disks,
      MemoryProgress memory,
      Flow flow,
      @Nullable Long eta,
      @Nullable Stall stalled,
      long expectedDowntime) {
    long total = sum(disks, DiskProgress::bytesTotal) + memory.bytesTotal();
    long done = copied(disks) + memory.bytesDone();
    return new Progress(
        latest.revision(),
        percent(done, total),
        total,
        done,
        flow,
        eta,
        stalled,
        memory,
        expectedDowntime > 0 ? Long.valueOf(expectedDowntime) : latest.expectedDowntimeMillis(),
        latest.downtimeMillis(),
        latest.verification(),
        disks);
  }

  /** With what libvirt wrote down at the end: nobody saw the last bytes. */
  Progress completed(CompletedJob job) {
    Flow seen = latest.flow();
    long disks = sum(latest.disks(), DiskProgress::bytesTotal);
    long moved = Math.max(seen.bytesMoved(), disks + Math.max(memoryMoved, job.memoryBytes()));
    long average =
        job.elapsedMillis() > 0
            ? Math.round(moved * 1000.0 / job.elapsedMillis())
            : seen.averageBytesPerSecond();
    latest = latest.with(new Flow(moved, 0, average), job.downtimeMillis());
    return latest;
  }

  /** A guest that is paused, or runs at the destination already, dirties nothing at the source. */
  private static long dirtied(HostsObservation observation, MemoryProgress memory) {
    return observation.sourceRuns() && memory.iteration() > 1 ? memory.dirtyBytesPerSecond() : 0;
  }

  private static DiskProgress advanced(DiskProgress disk, @Nullable BlockJob job) {
    if (job == null) {
      return disk;
    }
    long total = Math.max(disk.bytesTotal(), job.totalBytes());
    // A job without a size has only just begun; it is not ready because 0 equals 0.
    boolean ready =
        disk.state() == DiskState.READY
            || (job.totalBytes() > 0 && job.doneBytes() >= job.totalBytes());
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

  /** The average ends with the last byte, so that nothing is reported while nothing happens. */
  private Flow flow(long moved, Moment now) {
    rate.add(now, moved);
    Flow before = latest.flow();
    double seconds = now.since(started).toNanos() / 1e9;
    long average =
        moved > before.bytesMoved() && seconds > 0
            ? Math.round(moved / seconds)
            : before.averageBytesPerSecond();
    return new Flow(Math.max(before.bytesMoved(), moved), Math.round(rate.perSecond()), average);
  }

  private int percent(long done, long total) {
    long percent = total == 0 ? 0 : Math.min(MOST_BEFORE_SUCCESS, done * 100 / total);
    return (int) Math.max(latest.percent(), percent);
  }

  /**
   * What is left, at the rate that remains when what the guest dirties meanwhile is sent as well.
   */
  private static @Nullable Long eta(long left, long bytesPerSecond, long dirtied) {
    return bytesPerSecond < 1 || outruns(dirtied, bytesPerSecond)
        ? null
        : Long.valueOf(Math.round(left / ((double) bytesPerSecond - dirtied)));
  }

  /**
   * A guest that rewrites the same pages in every round dirties just what the round carried, so the
   * two rates swing around each other.
   */
  private static boolean outruns(long dirtied, long bytesPerSecond) {
    return bytesPerSecond - dirtied < LEAST_GAIN * bytesPerSecond;
  }

  private static long copied(List<DiskProgress> disks) {
    return sum(disks, DiskProgress::bytesDone);
  }

  private static long left(List<DiskProgress> disks, MemoryProgress memory) {
    return sum(disks, disk -> disk.bytesTotal() - disk.bytesDone()) + memory.bytesRemaining();
  }

  private static long sum(List<DiskProgress> disks, ToLongFunction<DiskProgress> size) {
    return disks.stream().mapToLong(size).sum();
  }
}
