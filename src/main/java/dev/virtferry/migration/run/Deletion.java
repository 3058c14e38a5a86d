package dev.virtferry.migration.run;

import dev.virtferry.disk.VolumeRemoval.Doomed;
import dev.virtferry.disk.VolumeRemoval.Round;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.migration.VolumeRecord;
import dev.virtferry.migration.VolumeRecord.Fate;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One round in which volumes are deleted, and what is written down of each after it. */
record Deletion(Round round) {

  private static final Logger log = LoggerFactory.getLogger(Deletion.class);

  /**
   * Deletes the volume, unless somebody needs it or it is not known again.
   *
   * @param known whether what has its name now is the one on record
   * @return the record with what became of it, and why it was left
   * @throws dev.virtferry.libvirt.HostUnreachable when its host is away
   */
  VolumeRecord of(VolumeRecord volume, Predicate<StorageVolume> known) {
    try {
      return round
          .delete(new Doomed(volume.pool(), volume.name()), known)
          .map(volume::left)
          .orElseGet(() -> volume.now(Fate.DELETED));
    } catch (LibvirtFailure e) {
      log.warn("{} could not be deleted: {}", volume.path(), e.message());
      return volume.left("libvirt did not delete it: " + e.message());
    }
  }
}
