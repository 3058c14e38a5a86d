package dev.virtferry.disk;

import dev.virtferry.libvirt.StorageVolume;
import org.jspecify.annotations.Nullable;

/**
 * An image beneath an overlay, as a volume of either host.
 *
 * @param path the same on both hosts
 */
public record BackingImage(
    String path, String format, long capacityBytes, Volume source, Volume destination) {

  /**
   * A volume by its names.
   *
   * @param mark by what it was known when it was planned; null in what an older version wrote
   */
  public record Volume(String pool, String name, @Nullable VolumeMark mark) {

    static Volume of(StorageVolume volume) {
      return new Volume(volume.pool(), volume.name(), VolumeMark.of(volume));
    }

    /** Whether this is the volume as it was then, and nobody has written into it. */
    public boolean isStill(StorageVolume now) {
      return mark != null && mark.isUnwritten(VolumeMark.of(now));
    }

    private boolean isStill(Volume later) {
      return mark != null && later.mark != null && mark.isUnwritten(later.mark);
    }
  }

  /** Whether both hosts have the same as then, and nobody has written into either. */
  public boolean isStill(BackingImage later) {
    return path.equals(later.path)
        && source.isStill(later.source)
        && destination.isStill(later.destination);
  }
}
