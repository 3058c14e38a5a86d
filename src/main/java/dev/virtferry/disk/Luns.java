package dev.virtferry.disk;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;

/**
 * Devices that a server of storage hands out to many hosts. Each host has a pool of its own for
 * them, and what both show may be one.
 */
record Luns(Ground ground) {

  private static final Set<String> POOLS = Set.of("iscsi", "iscsi-direct", "scsi", "mpath");

  /** Why a disk that keeps its place would be copied onto itself, or may be; else empty. */
  Optional<String> objection(String target, DiskImage image) {
    return pool(ground.source(), image)
        .flatMap(here ->
            pool(ground.destination(), image).flatMap(there -> objection(target, here, there)));
  }

  private Optional<String> objection(String target, StoragePool here, StoragePool there) {
    if (!Collections.disjoint(here.devices(), there.devices())) {
      return Optional.of(
          "%s is on pool %s of %s and on pool %s of %s, both of one target, and would be copied onto itself; tell ferry.shared-paths that every host sees what is in %s."
              .formatted(
                  target,
                  here.name(),
                  ground.source().name(),
                  there.name(),
                  ground.destination().name(),
                  here.path()));
    }
    return switch (ground.wish().overwrite()) {
      case ANY -> Optional.empty();
      case OWN, NEVER ->
          Optional.of(
              "%s is on pool %s of %s, of type %s, and may be copied onto itself, as %s has pool %s of type %s; tell ferry.shared-paths that every host sees what is in %s, or, if they are two disks, let options.overwrite be ANY."
                  .formatted(
                      target,
                      here.name(),
                      ground.source().name(),
                      here.type(),
                      ground.destination().name(),
                      there.name(),
                      there.type(),
                      here.path()));
    };
  }

  /** The pool that shows a disk, where that is of such devices. */
  private static Optional<StoragePool> pool(PoolView view, DiskImage image) {
    Optional<StorageVolume> shown =
        switch (image.type()) {
          case VOLUME -> view.volume(image);
          case BLOCK -> view.shown(image.location());
          case FILE, DIR, NETWORK, NVME, VHOSTUSER, VHOSTVDPA, UNKNOWN -> Optional.empty();
        };
    return shown
        .flatMap(volume -> view.named(volume.pool()))
        .filter(pool -> POOLS.contains(pool.type()));
  }
}
