package dev.virtferry.disk;

import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.VolumeSpec;
import java.util.List;
import java.util.Objects;
import org.springframework.stereotype.Component;

/**
 * The images that copied disks need at the destination: planned, made and deleted through pools.
 */
@Component
public final class DestinationVolumes {

  private final Storage storage;
  private final Hypervisor hypervisor;
  private final SharedStorage shared;

  DestinationVolumes(Storage storage, Hypervisor hypervisor, SharedStorage shared) {
    this.storage = storage;
    this.hypervisor = hypervisor;
    this.shared = shared;
  }

  /**
   * Plans an image for each disk. Changes nothing.
   *
   * @param sourcePools of the source, as they are now
   */
  public Placement plan(
      CopyWish wish, HostAddress source, List<StoragePool> sourcePools, HostAddress destination) {
    var here = new PoolView(storage, source, sourcePools);
    var there = new PoolView(storage, destination, storage.pools(destination));
    return new VolumePlanner(wish, here, there, hypervisor.imagesInUse(destination), shared)
        .placement();
  }

  /** Makes a planned image. It is new: one that exists makes this fail. */
  public void make(VolumePlan plan, HostAddress destination) {
    storage.create(destination, Objects.requireNonNull(plan.volume()));
  }

  /** Whether a planned image that a pool knows is still there. */
  public boolean stands(VolumePlan plan, HostAddress destination) {
    VolumeSpec volume = plan.volume();
    return volume == null || storage.stands(destination, volume.pool(), volume.name());
  }

  /** Whether the pool has a volume of that name now. */
  public boolean exists(String pool, String name, HostAddress host) {
    return storage.volume(host, pool, name).isPresent();
  }

  /** Deletes an image; one that is gone already is no failure. */
  public void delete(String pool, String name, HostAddress host) {
    storage.delete(host, pool, name);
  }
}
