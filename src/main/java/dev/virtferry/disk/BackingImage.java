package dev.virtferry.disk;

import dev.virtferry.libvirt.StorageVolume;

/**
 * An image beneath an overlay, as a volume of either host.
 *
 * @param path the same on both hosts
 */
public record BackingImage(
    String path, String format, long capacityBytes, Volume source, Volume destination) {

  /** A volume by its names. */
  public record Volume(String pool, String name) {

    static Volume of(StorageVolume volume) {
      return new Volume(volume.pool(), volume.name());
    }
  }
}
