package dev.virtferry.migration;

import dev.virtferry.disk.VolumeMark;
import dev.virtferry.libvirt.StorageVolume;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** By what one run knows the volumes again that its migration made; by disk target. */
final class VolumeMarks {

  private final Map<String, VolumeMark> written = new HashMap<>();
  private final Map<String, VolumeMark> atRest = new HashMap<>();

  /** It is being written. One that is not known again already stays unknown. */
  void written(VolumeRecord volume, StorageVolume now) {
    if (know(volume, now, false)) {
      written.put(volume.target(), VolumeMark.of(now));
    }
  }

  /** Nobody writes it any more; the first such look counts. */
  void atRest(VolumeRecord volume, StorageVolume now) {
    if (know(volume, now, false)) {
      atRest.putIfAbsent(volume.target(), VolumeMark.of(now));
    }
  }

  /**
   * Whether the volume that has the name now is the one that was made.
   *
   * @param untouched whether libvirt was not called yet, so that nobody had a reason to write it
   */
  boolean know(VolumeRecord volume, StorageVolume now, boolean untouched) {
    @Nullable VolumeMark last = atRest.get(volume.target());
    if (last != null) {
      return last.isStill(now);
    }
    @Nullable VolumeMark before = written.getOrDefault(volume.target(), volume.mark());
    if (before == null) {
      return true;
    }
    return untouched ? before.isStill(now) : before.mayHaveBecome(now);
  }
}
