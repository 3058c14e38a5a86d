package dev.virtferry.disk;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.HostPath;
import dev.virtferry.libvirt.StoragePool;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The pools of a host that an image is in, however deep in their directories.
 *
 * @param pools the one that its disk names, then the innermost; of two on one directory first that
 *     of a network file system
 */
record PoolsAround(List<StoragePool> pools) {

  static PoolsAround of(DiskImage image, PoolView view) {
    String location = image.location();
    return new PoolsAround(
        switch (image.type()) {
          case FILE, BLOCK -> around(location, view);
          case VOLUME -> aroundVolume(location, view);
          case DIR, NETWORK, NVME, VHOSTUSER, VHOSTVDPA, UNKNOWN -> List.of();
        });
  }

  /** Its own pool, and those around its path. */
  private static List<StoragePool> aroundVolume(String location, PoolView view) {
    return view.named(PoolView.pool(location)).stream()
        .flatMap(pool ->
            Stream.concat(
                Stream.of(pool),
                around(pool.path() + "/" + PoolView.volumeName(location), view).stream()))
        .toList();
  }

  private static List<StoragePool> around(String file, PoolView view) {
    HostPath path = HostPath.of(file);
    return view.pools().stream()
        .filter(pool -> !pool.path().isEmpty())
        .filter(pool -> path.startsWith(folder(pool)))
        .sorted(
            Comparator.comparingInt((StoragePool pool) -> folder(pool).steps().size())
                .thenComparing(SharedStorage::isOf)
                .reversed())
        .toList();
  }

  private static HostPath folder(StoragePool pool) {
    return HostPath.of(pool.path());
  }

  /** The one that tells what is there. */
  Optional<StoragePool> innermost() {
    return pools.stream().findFirst();
  }

  /** The innermost of those that are there for many hosts. */
  Optional<StoragePool> shared() {
    return pools.stream().filter(SharedStorage::isOf).findFirst();
  }
}
