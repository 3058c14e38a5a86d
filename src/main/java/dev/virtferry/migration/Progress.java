package dev.virtferry.migration;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a migration is. Sizes in bytes, rates in bytes a second, times in seconds or milliseconds
 * as named.
 *
 * @param revision counts the reports; the store increments it
 * @param percent 0 to 100; never falls, and 100 only at success
 * @param bytesTotal what has to be moved as far as is known
 * @param bytesPerSecond smoothed over some seconds
 * @param etaSeconds null when nothing sensible can be said
 * @param expectedDowntimeMillis what QEMU foresees; null before the memory phase
 * @param verification of backing images, before anything is copied; null when none is compared
 * @param disks in the order sent to libvirt
 */
public record Progress(
    long revision,
    int percent,
    long bytesTotal,
    long bytesDone,
    long bytesPerSecond,
    @Nullable Long etaSeconds,
    MemoryProgress memory,
    @Nullable Long expectedDowntimeMillis,
    @Nullable Verification verification,
    List<DiskProgress> disks) {

  /** How much of the backing images was compared. */
  public record Verification(long bytesTotal, long bytesDone) {}

  /** The memory stream. */
  public record MemoryProgress(
      long bytesTotal,
      long bytesDone,
      long bytesRemaining,
      long iteration,
      long dirtyBytesPerSecond) {}

  /** One disk; {@code bytesDone} never falls. */
  public record DiskProgress(String target, DiskState state, long bytesTotal, long bytesDone) {}

  /** How far a disk is. */
  public enum DiskState {
    /** No copy has been seen yet. */
    PENDING,
    /** It is being copied. */
    COPYING,
    /** It is copied and kept in step with the guest's writes. */
    READY,
    /** The guest uses the copy. */
    DONE
  }

  static Progress initial(Order order) {
    List<DiskProgress> disks =
        order.disks().stream()
            .map(d -> new DiskProgress(d.target(), DiskState.PENDING, d.capacityBytes(), 0))
            .toList();
    long memory = order.guest().memoryBytes();
    long total = memory + disks.stream().mapToLong(DiskProgress::bytesTotal).sum();
    return new Progress(
        1, 0, total, 0, 0, null, new MemoryProgress(memory, 0, memory, 0, 0), null, null, disks);
  }

  /** The same under another revision; for the store, which counts. */
  public Progress revised(long revision) {
    return new Progress(
        revision,
        percent,
        bytesTotal,
        bytesDone,
        bytesPerSecond,
        etaSeconds,
        memory,
        expectedDowntimeMillis,
        verification,
        disks);
  }

  Progress with(Verification now) {
    return new Progress(
        revision,
        percent,
        bytesTotal,
        bytesDone,
        bytesPerSecond,
        etaSeconds,
        memory,
        expectedDowntimeMillis,
        now,
        disks);
  }

  /** Everything has arrived. */
  Progress complete() {
    List<DiskProgress> done =
        disks.stream()
            .map(d -> new DiskProgress(d.target(), DiskState.DONE, d.bytesTotal(), d.bytesTotal()))
            .toList();
    MemoryProgress all =
        new MemoryProgress(
            memory.bytesTotal(),
            Math.max(memory.bytesDone(), memory.bytesTotal()),
            0,
            memory.iteration(),
            0);
    return new Progress(
        revision,
        100,
        bytesTotal,
        bytesTotal,
        0,
        null,
        all,
        expectedDowntimeMillis,
        verification,
        done);
  }
}
