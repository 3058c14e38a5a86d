package dev.virtferry.libvirt;

import java.util.Locale;

/** Where a disk or an image has its data: the {@code type} of {@code <disk>} in libvirt. */
public enum SourceType {
  /** A file of the host. */
  FILE,
  /** A block device of the host. */
  BLOCK,
  /** A folder of the host, shown as a FAT file system. */
  DIR,
  /** What a server of storage exports. */
  NETWORK,
  /** A volume of a pool of the host. */
  VOLUME,
  /** A namespace of an NVMe controller of the host. */
  NVME,
  /** What another process of the host serves on a socket. */
  VHOSTUSER,
  /** A vhost-vdpa device of the host. */
  VHOSTVDPA,
  /** What this version does not know. */
  UNKNOWN;

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
