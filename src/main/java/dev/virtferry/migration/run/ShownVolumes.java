package dev.virtferry.migration.run;

import dev.virtferry.disk.DestinationVolumes;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.VolumeSpec;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.VolumeRecord;
import dev.virtferry.migration.VolumeRecord.Fate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * What the pools of both hosts show of a migration's images right now. Those that can't be looked
 * at are not shown, and none is taken to be missing for that.
 */
@Component
final class ShownVolumes {

  private static final Logger log = LoggerFactory.getLogger(ShownVolumes.class);

  private final DestinationVolumes volumes;

  ShownVolumes(DestinationVolumes volumes) {
    this.volumes = volumes;
  }

  /** The path of an image at the destination that is copied into and has vanished, if one has. */
  Optional<String> vanished(TransferPlan transfer, Host destination) {
    try {
      return transfer.disks().stream()
          .filter(plan -> !volumes.stands(plan, destination.address()))
          .map(VolumePlan::path)
          .findFirst();
    } catch (HostUnreachable | LibvirtFailure e) {
      log.debug("The volumes can't be looked at: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** The volumes that were made and of which it is not settled yet what becomes of them. */
  Map<VolumeRecord, StorageVolume> made(LeasedMigration migration, Host destination) {
    Map<VolumeRecord, StorageVolume> shown = new LinkedHashMap<>();
    migration.latest().volumes().stream()
        .filter(volume -> volume.state() == Fate.MADE)
        .forEach(volume ->
            of(volume.pool(), volume.name(), destination).ifPresent(now -> shown.put(volume, now)));
    return shown;
  }

  /** What the paths show of images that were there before and are copied into, by disk target. */
  Map<String, StorageVolume> reused(TransferPlan transfer, Host destination) {
    Map<String, StorageVolume> shown = new LinkedHashMap<>();
    for (VolumePlan plan : transfer.disks()) {
      @Nullable VolumeSpec volume = plan.volume();
      if (plan.action() == Action.REUSE && volume != null) {
        of(volume.pool(), volume.name(), destination)
            .ifPresent(now -> shown.put(plan.target(), now));
      }
    }
    return shown;
  }

  /** What the paths of the images show that are copied, by disk target; those that a pool has. */
  Map<String, StorageVolume> originals(TransferPlan transfer, Host source) {
    Map<String, StorageVolume> shown = new LinkedHashMap<>();
    for (VolumePlan plan : transfer.disks()) {
      @Nullable Original original = plan.original();
      if (original != null) {
        of(original.pool(), original.name(), source)
            .ifPresent(now -> shown.put(plan.target(), now));
      }
    }
    return shown;
  }

  /** What has that name in that pool. */
  Optional<StorageVolume> of(String pool, String name, Host host) {
    try {
      return volumes.glance(pool, name, host.address());
    } catch (HostUnreachable | LibvirtFailure e) {
      log.debug("{} of pool {} can't be looked at: {}", name, pool, e.getMessage());
      return Optional.empty();
    }
  }
}
