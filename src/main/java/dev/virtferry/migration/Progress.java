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
 * @param flow how fast it goes
 * @param etaSeconds null when nothing sensible can be said
 * @param stalled null while it gets on
 * @param expectedDowntimeMillis what QEMU foresees; null before the memory phase
 * @param downtimeMillis what libvirt measured; null before success, and when it did not tell
 * @param verification of backing images, before anything is copied; null when none is compared
 * @param disks in the order sent to libvirt
 */
public record Progress(
    long revision,
    int percent,
    long bytesTotal,
    long bytesDone,
    Flow flow,
    @Nullable Long etaSeconds,
    @Nullable Stall stalled,
    MemoryProgress memory,
    @Nullable Long expectedDowntimeMillis,
    @Nullable Long downtimeMillis,
    @Nullable Verification verification,
    List<DiskProgress> disks) {

  /** What an older version wrote has no flow. */
  public Progress {
    flow = flow == null ? Flow.NONE : flow;
  }

  /**
   * What went over the wire, as libvirt counts it; memory that was sent again counts again.
   *
   * @param bytesPerSecond smoothed over some seconds
   * @param averageBytesPerSecond from libvirt's call to the last byte seen
   */
  public record Flow(long bytesMoved, long bytesPerSecond, long averageBytesPerSecond) {

    public static final Flow NONE = new Flow(0, 0, 0);

    private Flow over() {
      return new Flow(bytesMoved, 0, averageBytesPerSecond);
    }
  }

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

  public static Progress initial(TransferPlan transfer) {
    List<DiskProgress> disks =
        transfer.disks().stream()
            .map(d -> new DiskProgress(d.target(), DiskState.PENDING, d.capacityBytes(), 0))
            .toList();
    long memory = transfer.guest().memoryBytes();
    long total = memory + disks.stream().mapToLong(DiskProgress::bytesTotal).sum();
    return new Progress(
        1,
        0,
        total,
        0,
        Flow.NONE,
        null,
        null,
        new MemoryProgress(memory, 0, memory, 0, 0),
        null,
        null,
        null,
        disks);
  }

  /** The same under another revision; for the store, which counts. */
  public Progress revised(long revision) {
    return new Progress(
        revision,
        percent,
        bytesTotal,
        bytesDone,
        flow,
        etaSeconds,
        stalled,
        memory,
        expectedDowntimeMillis,
        downtimeMillis,
        verification,
        disks);
  }

  public Progress with(Verification now) {
    return new Progress(
        revision,
        percent,
        bytesTotal,
        bytesDone,
        flow,
        etaSeconds,
        stalled,
        memory,
        expectedDowntimeMillis,
        downtimeMillis,
        now,
        disks);
  }

  public Progress with(Flow flow, @Nullable Long downtimeMillis) {
    return new Progress(
        revision,
        percent,
        bytesTotal,
        bytesDone,
        flow,
        etaSeconds,
        stalled,
        memory,
        expectedDowntimeMillis,
        downtimeMillis,
        verification,
        disks);
  }

  /** Nothing moves by our doing now, so there is no speed, and no end can be foretold. */
  Progress halted() {
    return new Progress(
        revision,
        percent,
        bytesTotal,
        bytesDone,
        flow.over(),
        null,
        null,
        memory,
        expectedDowntimeMillis,
        downtimeMillis,
        verification,
        disks);
  }

  /** Everything has arrived. */
  public Progress complete() {
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
        flow.over(),
        null,
        null,
        all,
        expectedDowntimeMillis,
        downtimeMillis,
        verification,
        done);
  }
}
