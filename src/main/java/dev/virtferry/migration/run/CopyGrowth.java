package dev.virtferry.migration.run;

import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.time.Moment;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** How much an image that a disk is copied into takes, held against what was copied. */
final class CopyGrowth {

  /** What may be written and not be counted yet, and what file systems and tables take besides. */
  private static final long UNCOUNTED = 16 << 20;

  /** One look may be missed, as QEMU is busy at times. */
  private static final int MISSED_AT_MOST = 1;

  private static final String RAW = "raw";

  /** What a look tells of an image. */
  enum Look {
    /** It takes what its copy can have brought. */
    FITS,
    /** It takes more, or nobody knows; and nothing is told of the copy yet, or at this look. */
    UNTOLD,
    /** It takes more. */
    TOO_MUCH
  }

  /** What it took before; with the zeroes that it was filled with, once its copy has a size. */
  private long before;

  /** Whether its copy had a size at a look. */
  private boolean counted;

  private int missed;

  CopyGrowth(long before) {
    this.before = before;
  }

  /**
   * Looks at it. Before the copy of a raw image has a size some versions of QEMU fill all of it
   * with zeroes, and count none of them.
   *
   * @param copy how far its copy was after that; null where that is not told
   */
  Look look(StorageVolume now, @Nullable BlockJob copy) {
    if (copy == null || copy.totalBytes() == 0) {
      return untold(now);
    }
    if (mayBeFilled(now) && now.allocationBytes() >= now.guestBytes()) {
      before = Math.max(before, now.allocationBytes());
    }
    counted = true;
    missed = 0;
    return now.allocationBytes() <= mostOf(now, copy.doneBytes()) ? Look.FITS : Look.TOO_MUCH;
  }

  private Look untold(StorageVolume now) {
    if (mayBeFilled(now) || (!counted && now.allocationBytes() <= mostOf(now, 0))) {
      return Look.FITS;
    }
    missed++;
    return Look.UNTOLD;
  }

  private boolean mayBeFilled(StorageVolume now) {
    return !counted && now.format().equals(RAW);
  }

  /** A file that gets longer is given room in advance. */
  private long mostOf(StorageVolume now, long copied) {
    return before + (now.format().equals(RAW) ? copied + copied / 8 : 2 * copied) + UNCOUNTED;
  }

  /** Whether what it took was held against its copy at the last looks. */
  boolean isFollowed() {
    return missed <= MISSED_AT_MOST;
  }

  /**
   * Whether it takes more at its end than its copy can have brought by then.
   *
   * @param pace of the copy; null where no look told any
   * @param seenLately whether the image was; then it may have any pace
   */
  boolean isTooMuch(StorageVolume now, @Nullable CopyPace pace, Moment at, boolean seenLately) {
    OptionalLong most = pace == null ? OptionalLong.of(0) : pace.mostBy(at);
    if (mayBeFilled(now) || (most.isEmpty() && seenLately)) {
      return false;
    }
    long told = pace == null ? 0 : pace.doneBytes();
    return now.allocationBytes() > mostOf(now, most.orElse(told));
  }
}
