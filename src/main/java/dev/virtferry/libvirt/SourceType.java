package dev.virtferry.libvirt;

import java.util.Locale;

/** Where a disk or an image has its data: the {@code type} of {@code <disk>} in libvirt. */
public enum SourceType {
  /** A file of the host. */
  FILE(Nature.LOCAL_FILE),
  /** A block device of the host. */
  BLOCK(Nature.LOCAL_DEVICE),
  /** A folder of the host, shown as a FAT file system that no guest writes. */
  DIR(Nature.NOT_COPYABLE),
  /** What a server of storage exports. */
  NETWORK(Nature.SHARED),
  /** A volume of a pool of the host. */
  VOLUME(Nature.POOLED),
  /** A namespace of an NVMe controller of the host. */
  NVME(Nature.PART_OF_HOST),
  /** What another process of the host serves on a socket. */
  VHOSTUSER(Nature.EXTERNAL),
  /** A vhost-vdpa device of the host. */
  VHOSTVDPA(Nature.EXTERNAL),
  /** What this version does not know. */
  UNKNOWN(Nature.NOT_COPYABLE);

  /** What a migration can make of a source. */
  public enum Nature {
    /** Copied, unless both hosts see it; libvirt finds out by its file system. */
    LOCAL_FILE,
    /** Copied, unless both hosts see it; libvirt takes one that is not for the same. */
    LOCAL_DEVICE,
    /** A file, a device or shared, as its pool is. */
    POOLED,
    /** The same for both hosts. */
    SHARED,
    /** Never copied: the destination needs one of its own, and libvirt does not look for it. */
    EXTERNAL,
    /** Never copied, and libvirt does not move a guest that writes it. */
    PART_OF_HOST,
    /** Never copied. */
    NOT_COPYABLE
  }

  private final Nature nature;

  SourceType(Nature nature) {
    this.nature = nature;
  }

  public Nature nature() {
    return nature;
  }

  /** By libvirt's word. */
  public static SourceType of(String word) {
    for (SourceType type : values()) {
      if (type != UNKNOWN && type.name().equals(word.toUpperCase(Locale.ROOT))) {
        return type;
      }
    }
    return UNKNOWN;
  }
}
