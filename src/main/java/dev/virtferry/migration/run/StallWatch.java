package dev.virtferry.migration.run;

import dev.virtferry.migration.Progress.DiskProgress;
import dev.virtferry.migration.Progress.DiskState;
import dev.virtferry.migration.Stall;
import dev.virtferry.migration.Stall.Reason;
import dev.virtferry.time.Moment;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells since when a migration has not got on, and why. */
final class StallWatch {

  private static final Duration UNMOVED = Duration.ofSeconds(10);
  private static final Duration OUTRUN = Duration.ofSeconds(10);
  private static final Duration UNREADY = Duration.ofSeconds(30);

  /** QEMU copies up to so many bytes of a disk before it counts them. */
  private static final long BLOCK_STEP = 16L << 20;

  private @Nullable Moment movedAt;
  private @Nullable Moment outrunSince;
  private @Nullable String unreadyDisk;
  private @Nullable Moment unreadySince;

  /**
   * What is the matter now; null while it gets on.
   *
   * @param moved whether a byte moved since the last look
   * @param outrun whether the guest rewrites its memory about as fast as it is carried
   */
  @Nullable Stall look(boolean moved, boolean outrun, List<DiskProgress> disks, Moment now) {
    movedAt = moved || movedAt == null ? now : movedAt;
    outrunSince = outrun ? Objects.requireNonNullElse(outrunSince, now) : null;
    noteUnready(disks, now);
    return unready(now)
        .or(() -> lasting(movedAt, UNMOVED, Reason.NO_BYTES_MOVED, now))
        .or(() -> lasting(outrunSince, OUTRUN, Reason.DIRTY_RATE_ABOVE_THROUGHPUT, now))
        .orElse(null);
  }

  private void noteUnready(List<DiskProgress> disks, Moment now) {
    List<DiskProgress> unready =
        disks.stream().filter(disk -> disk.state().compareTo(DiskState.READY) < 0).toList();
    String disk =
        unready.size() == 1 && allButCopied(unready.getFirst())
            ? unready.getFirst().target()
            : null;
    if (!Objects.equals(disk, unreadyDisk)) {
      unreadyDisk = disk;
      unreadySince = now;
    }
  }

  private static boolean allButCopied(DiskProgress disk) {
    return disk.bytesDone() > 0 && disk.bytesTotal() - disk.bytesDone() <= BLOCK_STEP;
  }

  private Optional<Stall> unready(Moment now) {
    return unreadyDisk == null
        ? Optional.empty()
        : lasting(unreadySince, UNREADY, Reason.DISK_NEVER_READY, now);
  }

  private Optional<Stall> lasting(
      @Nullable Moment since, Duration least, Reason reason, Moment now) {
    return since == null || now.within(least, since)
        ? Optional.empty()
        : Optional.of(new Stall(since.at(), reason, detail(reason)));
  }

  private String detail(Reason reason) {
    return switch (reason) {
      case NO_BYTES_MOVED -> "No byte moves; look at the link and at both hosts' storage.";
      case DIRTY_RATE_ABOVE_THROUGHPUT ->
          "The guest rewrites its memory about as fast as the link carries it, so the copy does"
              + " not come to its end; calm the guest, give the migration more bandwidth, or complete it.";
      case DISK_NEVER_READY ->
          "Disk %s is all but copied and QEMU does not call it ready, while all others are: the guest"
                  .formatted(unreadyDisk)
              + " writes to it as fast as it is copied, or its storage hangs.";
    };
  }
}
