package dev.virtferry.disk;

import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.StorageVolume.Permissions;
import dev.virtferry.libvirt.StorageVolume.Timestamps;
import org.jspecify.annotations.Nullable;

/**
 * By what a volume is known again, as libvirt names neither an inode nor anything else that a file
 * of the same name would not have.
 *
 * @param mode octal; null where the pool knows none
 * @param timestamps null where the pool knows none
 */
public record VolumeMark(
    String format,
    long capacityBytes,
    long allocationBytes,
    @Nullable String mode,
    @Nullable Timestamps timestamps) {

  /** What an image's own tables may take more after a change of its size, in bytes. */
  private static final long SETTLING = 1 << 20;

  public static VolumeMark of(StorageVolume volume) {
    Permissions permissions = volume.permissions();
    return new VolumeMark(
        volume.format(),
        volume.capacityBytes(),
        volume.allocationBytes(),
        permissions == null ? null : permissions.mode(),
        volume.timestamps());
  }

  /** Whether this is the same volume, and nobody has written into it. */
  public boolean isStill(StorageVolume now) {
    return equals(of(now));
  }

  /**
   * Whether nobody has written into it or changed anything of it since, by its times. What it takes
   * may differ: file systems settle that later.
   */
  public boolean isUnchanged(StorageVolume now) {
    return timestamps != null && timestamps.equals(now.timestamps()) && hasKindOf(now);
  }

  /** The same; where the pool knows no times, by all else that it knows. */
  public boolean isUntouched(StorageVolume now) {
    return timestamps == null ? isStill(now) : isUnchanged(now);
  }

  /**
   * Whether this is the same file and nobody has changed anything of it since, whatever its pool
   * takes it for: that learns of another format only when it is read anew.
   */
  public boolean isSameFile(StorageVolume now) {
    return timestamps == null ? isStill(now) : timestamps.equals(now.timestamps());
  }

  /**
   * Whether nobody has written into it since. A host that starts a guest on it may give it another
   * owner, which changes the time of its last change and not the one of its last writing.
   */
  boolean isUnwritten(VolumeMark later) {
    if (timestamps == null || later.timestamps == null) {
      return equals(later);
    }
    return timestamps.modified().equals(later.timestamps.modified())
        && format.equals(later.format)
        && capacityBytes == later.capacityBytes;
  }

  /** Whether this may be the same volume, as empty as it was, after its capacity was changed. */
  public boolean mayBeTrimmedTo(StorageVolume now) {
    VolumeMark later = of(now);
    return format.equals(later.format)
        && later.allocationBytes <= allocationBytes + SETTLING
        && (mode == null || mode.equals(later.mode))
        && (timestamps == null || !precedes(later.timestamps, timestamps));
  }

  /**
   * Whether this may be the same volume after more was written into it: a copy only grows, and a
   * file that others put in its place is often smaller, older, or of another mode.
   */
  public boolean mayHaveBecome(StorageVolume now) {
    return allocationBytes <= now.allocationBytes() && mayBe(now);
  }

  /**
   * Whether both have one format and one size, which stay as long as a volume is open. What is
   * written to the end of a raw one makes it a whole sector longer at most.
   */
  private boolean hasKindOf(StorageVolume now) {
    return format.equals(now.format())
        && StorageVolume.guestBytes(format, capacityBytes) == now.guestBytes();
  }

  /**
   * Whether this is certainly another volume. A pool takes what a guest wrote at the begin of a raw
   * image for the header of another format.
   */
  public boolean isCertainlyNot(StorageVolume now) {
    return !hasKindOf(now) && (!format.equals("raw") || now.format().equals("raw"));
  }

  /**
   * Whether this may be the same volume after a guest wrote into it, which may have freed parts of
   * it as well.
   */
  public boolean mayBe(StorageVolume now) {
    VolumeMark later = of(now);
    return hasKindOf(now)
        && (mode == null || mode.equals(later.mode))
        && (timestamps == null || !precedes(later.timestamps, timestamps));
  }

  private static boolean precedes(@Nullable Timestamps later, Timestamps before) {
    return later == null
        || later.modified().isBefore(before.modified())
        || later.changed().isBefore(before.changed());
  }
}
