package dev.virtferry.disk;

import dev.virtferry.libvirt.HostPath;
import dev.virtferry.libvirt.StoragePool;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the place that a copied disk has at the destination: the one it has now, or another. */
record PlaceFinder(VolumePlanInput input) {

  Place find(CopiedDisk copied) {
    @Nullable VolumeWish asked = input.wish().places().get(copied.target());
    return asked == null
        ? new Luns(input)
            .objection(copied.target(), copied.image())
            .<Place>map(why -> new Place.None(copied.pointer(), why))
            .orElseGet(() -> samePlace(copied))
        : otherPlace(copied, asked);
  }

  private Place samePlace(CopiedDisk copied) {
    String location = copied.image().location();
    return switch (copied.image().type()) {
      case FILE ->
          input
              .destination()
              .covering(location)
              .<Place>map(
                  pool -> new Place.InPool(pool, HostPath.fileName(location), location, false))
              .orElseGet(Place.Unseen::new);
      case VOLUME -> samePool(copied, PoolView.pool(location), PoolView.volumeName(location));
      case BLOCK, DIR, NETWORK, NVME, VHOSTUSER, VHOSTVDPA, UNKNOWN -> new Place.Unseen();
    };
  }

  /** A disk of a volume carries the names of pool and volume with it. */
  private Place samePool(CopiedDisk copied, String poolName, String name) {
    PoolView destination = input.destination();
    return destination
        .named(poolName)
        .<Place>map(pool -> new Place.InPool(pool, name, destination.path(pool, name), false))
        .orElseGet(() ->
            new Place.None(
                copied.pointer(),
                "%s is a volume of pool %s, which is not active on %s; start it there, or name another in"
                        .formatted(copied.target(), poolName, destination.name())
                    + " volumes."));
  }

  private Place otherPlace(CopiedDisk copied, VolumeWish asked) {
    String pointer = "#/volumes/%s/pool".formatted(copied.target());
    PoolView destination = input.destination();
    Optional<StoragePool> pool = destination.named(asked.pool());
    if (pool.isEmpty()) {
      return new Place.None(
          pointer,
          "%s has no active pool of that name; it has %s."
              .formatted(destination.name(), destination.names()));
    }
    if (!ImageRules.ofFiles(pool.get())) {
      return new Place.None(
          pointer,
          "Pool %s is of type %s; volumes are made in pools of files only: dir, fs, netfs."
              .formatted(asked.pool(), pool.get().type()));
    }
    return placeIn(pool.get(), copied, asked.name());
  }

  private static Place placeIn(StoragePool pool, CopiedDisk copied, @Nullable String asked) {
    String location = copied.image().location();
    String name = asked == null ? HostPath.fileName(location) : asked;
    if (!ImageRules.isShown(name)) {
      return new Place.None(
          "#/volumes/%s/name".formatted(copied.target()),
          "The image's name has a control character, which no volume's may have; give the volume a name.");
    }
    String path = pool.path() + "/" + name;
    return new Place.InPool(pool, name, path, !path.equals(location));
  }
}
