package dev.virtferry.disk;

import dev.virtferry.libvirt.HostPath;
import dev.virtferry.libvirt.StoragePool;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What the definitions of a host's pools tell, also of those that are not active. */
record DefinedPools(List<StoragePool> pools) {

  /** Pools whose volumes lie under their names in the pool's folder. */
  private static final Set<String> TELLING =
      Set.of("dir", "fs", "netfs", "vstorage", "logical", "disk", "zfs");

  /** The volumes of such a pool are the partitions of its device. */
  private static final String OF_PARTITIONS = "disk";

  /**
   * Where a volume is.
   *
   * @param volume such as images/web.raw
   * @return empty when there is no such pool, or its volumes have paths that no name tells
   */
  Optional<String> path(String volume) {
    return pool(volume)
        .filter(pool -> TELLING.contains(pool.type()))
        .map(pool -> pool.path() + "/" + PoolView.volumeName(volume));
  }

  /** Whether a volume may be a device, by the folder in which all of its pool are. */
  boolean mayBeAt(String path, String volume) {
    HostPath device = HostPath.of(path);
    return pool(volume).filter(pool -> PoolView.isDirectlyIn(pool, device)).isPresent();
  }

  private Optional<StoragePool> pool(String volume) {
    String name = PoolView.pool(volume);
    return pools.stream()
        .filter(pool -> pool.name().equals(name) && !pool.path().isEmpty())
        .findFirst();
  }

  /** The names of the pools that are made of a device, of a part of it, or of one that it is in. */
  Stream<String> madeOf(String device) {
    return pools.stream().filter(pool -> isMadeOf(pool, device)).map(StoragePool::name);
  }

  private static boolean isMadeOf(StoragePool pool, String device) {
    return pool.devices().stream()
        .map(DefinedPools::device)
        .anyMatch(own ->
            isSame(own, device)
                || Partitions.isPart(own, device)
                || (!pool.type().equals(OF_PARTITIONS) && Partitions.isPart(device, own)));
  }

  private static boolean isSame(String one, String other) {
    return HostPath.of(one).equals(HostPath.of(other));
  }

  /** ZFS finds its devices by their names in {@code /dev}, where no iSCSI target has one. */
  static String device(String name) {
    return HostPath.beside("/dev/", name);
  }
}
