package dev.virtferry.disk;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.HostPath;
import dev.virtferry.libvirt.SourceType;
import dev.virtferry.libvirt.StoragePool;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Component;

/**
 * Which disks both hosts see alike. Network sources are shared; files and block devices are local
 * unless a netfs pool or a configured path covers them. libvirt's own word for shared, {@code
 * <shareable/>}, means something else.
 */
@Component
public final class SharedStorage {

  private static final Set<String> SHARED_POOLS = Set.of("netfs", "rbd", "gluster", "sheepdog");

  private final List<HostPath> paths;

  SharedStorage(DiskProperties properties) {
    this.paths = properties.sharedPaths().stream().map(HostPath::of).toList();
  }

  /**
   * Whether the disk is on shared storage.
   *
   * @param pools of the host that runs the domain
   */
  public boolean holds(DomainDisk disk, List<StoragePool> pools) {
    DiskImage image = disk.image();
    return image != null && covers(image, pools);
  }

  /**
   * Whether that is only what a pool of the source says: the destination may have another storage
   * by that name. What a server of storage has is looked at by its name there.
   */
  boolean isOnlySaidByPools(DomainDisk disk, List<StoragePool> pools) {
    DiskImage image = disk.image();
    return image != null && covers(image, pools) && !isConfigured(image, pools);
  }

  /** Whether a pool is one whose kind is there for many hosts. */
  static boolean isOf(StoragePool pool) {
    return SHARED_POOLS.contains(pool.type());
  }

  /** Whether both hosts see the image alike: by what is configured, or by the pools of both. */
  boolean isSeenByBoth(DiskImage image, PoolView here, PoolView there) {
    return covers(image, here.pools())
        && (isConfigured(image, here.pools()) || isAgreedOn(image, here, there));
  }

  /**
   * Whether the pools of a second host call an image shared as those of the first do. Where a pool
   * lies within another's folder the inner one tells what is there.
   */
  boolean isAgreedOn(DiskImage image, PoolView here, PoolView there) {
    return covers(image, there.pools()) && type(image, here).equals(type(image, there));
  }

  private static Optional<String> type(DiskImage image, PoolView view) {
    return PoolsAround.of(image, view).innermost().map(StoragePool::type);
  }

  private boolean isConfigured(DiskImage image, List<StoragePool> pools) {
    return image.type() == SourceType.VOLUME
        ? pool(image.location(), pools)
            .map(pool -> pool.path() + "/" + PoolView.volumeName(image.location()))
            .filter(path -> covers(path, List.of()))
            .isPresent()
        : covers(image, List.of());
  }

  /** Whether the image, itself or beneath another, is on shared storage. */
  boolean covers(DiskImage image, List<StoragePool> pools) {
    return switch (image.type()) {
      case NETWORK -> true;
      case FILE, BLOCK, DIR -> covers(image.location(), pools);
      case VOLUME -> volume(image.location(), pools);
      case NVME, VHOSTUSER, VHOSTVDPA, UNKNOWN -> false;
    };
  }

  /** Whether other hosts see what is at the path. */
  boolean covers(String location, List<StoragePool> pools) {
    HostPath path = HostPath.of(location);
    return paths.stream().anyMatch(path::startsWith)
        || pools.stream()
            .filter(pool -> pool.type().equals("netfs"))
            .anyMatch(pool -> path.startsWith(HostPath.of(pool.path())));
  }

  /** The same, or perhaps: where a path that goes up again leads, only its host knows. */
  boolean mayCover(String location, List<StoragePool> pools) {
    return covers(location, pools)
        || (HostPath.climbs(location)
            && (!paths.isEmpty() || pools.stream().anyMatch(pool -> pool.type().equals("netfs"))));
  }

  private boolean volume(String location, List<StoragePool> pools) {
    Optional<StoragePool> pool = pool(location, pools);
    return pool.isPresent()
        && (isOf(pool.get())
            || covers(pool.get().path() + "/" + PoolView.volumeName(location), pools));
  }

  private static Optional<StoragePool> pool(String location, List<StoragePool> pools) {
    String name = PoolView.pool(location);
    return pools.stream().filter(pool -> pool.name().equals(name)).findFirst();
  }
}
