package dev.virtferry.migration;

import dev.virtferry.disk.ImageName;
import dev.virtferry.disk.VolumeMark;
import dev.virtferry.migration.VolumeRecord.Fate;
import java.util.HashSet;
import java.util.Set;

/**
 * An image that a migration leaves behind and that is its domain's own, for as long as nobody
 * changes it.
 *
 * @param mark how it looked when it was left
 */
public record OwnImage(ImageName name, VolumeMark mark) {

  /**
   * Every image that a migration wrote into or deleted, and none before libvirt was called: nobody
   * has it as his own any more.
   */
  public static Set<ImageName> touchedBy(Migration ended) {
    if (ended.timeline().startedAt() == null) {
      return Set.of();
    }
    Set<ImageName> touched = new HashSet<>(ended.plan().images());
    ended.volumes().stream()
        .filter(volume -> volume.state() == Fate.DELETED)
        .forEach(volume -> touched.add(new ImageName(volume.host(), volume.path())));
    return touched;
  }
}
