package dev.virtferry.libvirt;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A volume of a storage pool.
 *
 * @param format such as raw or qcow2
 * @param capacityBytes the size that the pool tells; see {@link #guestBytes()}
 * @param allocationBytes what it takes now
 * @param fileBytes the size of the file or device behind it, holes included; 0 where the pool tells
 *     none
 * @param layout how a qcow2 image is laid out; null for other formats
 * @param permissions who may use it; null when the pool knows none
 * @param encrypted whether its content is encrypted
 * @param backing the image beneath; null when there is none
 * @param timestamps of the file behind it; null where the pool knows none
 */
public record StorageVolume(
    String pool,
    String name,
    String path,
    String format,
    long capacityBytes,
    long allocationBytes,
    long fileBytes,
    @Nullable Layout layout,
    @Nullable Permissions permissions,
    boolean encrypted,
    @Nullable Backing backing,
    @Nullable Timestamps timestamps) {

  private static final long SECTOR_BYTES = 512;

  /**
   * Whether the two look like one file that has two names, by a link or by two pools on a folder.
   * libvirt tells no more of a file than this.
   */
  public boolean looksLike(StorageVolume other) {
    return timestamps != null
        && timestamps.equals(other.timestamps)
        && capacityBytes == other.capacityBytes
        && allocationBytes == other.allocationBytes;
  }

  /** The size that a guest sees of the file: QEMU takes raw ones to end with a whole sector. */
  public long guestBytes() {
    return guestBytes(format, capacityBytes);
  }

  /** The same of an image of that format, whose capacity a pool tells. */
  public static long guestBytes(String format, long capacityBytes) {
    return format.equals("raw")
        ? Math.ceilDiv(capacityBytes, SECTOR_BYTES) * SECTOR_BYTES
        : capacityBytes;
  }

  /**
   * Whether that many bytes were asked for when it was made or resized: images have whole sectors
   * or KiB, and block devices whole extents.
   */
  public boolean hasBeenGiven(long bytes) {
    long more = capacityBytes - bytes;
    return more >= 0 && (more < 1024 || path.startsWith("/dev/"));
  }

  /**
   * How a qcow2 image is laid out.
   *
   * @param compat the version, such as 1.1
   * @param clusterBytes 0 for QEMU's default
   * @param features such as lazy_refcounts
   */
  public record Layout(String compat, long clusterBytes, List<String> features) {

    /** What QEMU makes when nothing is said; its version is QEMU's own since 2014. */
    public static final Layout USUAL = new Layout("1.1", 0, List.of());

    public Layout {
      features = List.copyOf(features);
    }
  }

  /**
   * Who may use a volume.
   *
   * @param mode octal, such as 0600
   * @param owner a user's number
   * @param group a group's number
   */
  public record Permissions(String mode, String owner, String group) {}

  /**
   * When a file was last written, and when anything of it was last changed. When it was last read
   * is left out, as looking changes it.
   */
  public record Timestamps(Instant modified, Instant changed) {}

  /** The image beneath an overlay. */
  public record Backing(String path, String format) {}
}
