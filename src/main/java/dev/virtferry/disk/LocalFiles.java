package dev.virtferry.disk;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.SourceType.Nature;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.StorageVolume.Timestamps;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Files that are certainly of the source alone, as the destination shows none by their name, or
 * another. Of the rest nobody knows: libvirt asks the source's file system, and tells nobody.
 */
record LocalFiles(Ground ground) {

  /** For how long a host believes what it knows of a file: NFS by default ({@code acregmax}). */
  private static final Duration BELIEVED = Duration.ofMinutes(1);

  private static final int SECTOR_BYTES = 512;

  /** Whether an image is a file of its host, by its type or by its pool's. */
  static boolean areFor(DiskImage image, List<StoragePool> pools) {
    return switch (image.type().nature()) {
      case LOCAL_FILE -> true;
      case POOLED ->
          pools.stream()
              .filter(pool -> pool.name().equals(PoolView.pool(image.location())))
              .anyMatch(ImageRules::ofFiles);
      case LOCAL_DEVICE, SHARED, EXTERNAL, PART_OF_HOST, NOT_COPYABLE -> false;
    };
  }

  /** Whether what is behind a disk that is written at the source is such a file. */
  boolean hold(DomainDisk disk, DiskImage image) {
    List<StoragePool> pools = ground.source().pools();
    return areFor(image, pools)
        && !ground.shared().covers(image, pools)
        && isShown(image)
        && isAnother(disk, image);
  }

  /** Whether the destination has a pool that would show it. */
  private boolean isShown(DiskImage image) {
    String location = image.location();
    return image.type().nature() == Nature.POOLED
        ? ground.destination().named(PoolView.pool(location)).isPresent()
        : ground.destination().covering(location).isPresent();
  }

  private boolean isAnother(DomainDisk disk, DiskImage image) {
    Optional<StorageVolume> here = here(image);
    Optional<StorageVolume> there = ground.there(image);
    return there.isEmpty()
        || hasAnotherSize(disk, here, there.get())
        || (here.isPresent() && wasNeverThis(here.get(), there.get()));
  }

  /** A pool of the source that hangs is in nobody's way who leaves a file where it is. */
  private Optional<StorageVolume> here(DiskImage image) {
    PoolView source = ground.source();
    return source.hidden().isEmpty() ? source.volume(image) : Optional.empty();
  }

  /** What a pool tells of the size may be older than what QEMU does, at the source as well. */
  private static boolean hasAnotherSize(
      DomainDisk disk, Optional<StorageVolume> here, StorageVolume there) {
    boolean alike =
        here.filter(volume -> volume.capacityBytes() == there.capacityBytes()).isPresent();
    if (disk.image() != null && disk.image().isSlice()) {
      return here.isPresent() && !alike;
    }
    long whole = -Math.floorDiv(-there.capacityBytes(), SECTOR_BYTES) * SECTOR_BYTES;
    return !there.encrypted()
        && disk.capacityBytes() != 0
        && disk.capacityBytes() != whole
        && !alike;
  }

  /** The destination is read between two looks at the source, where the guest writes on. */
  private boolean wasNeverThis(StorageVolume before, StorageVolume seen) {
    StorageVolume there = ground.destination().again(seen).orElse(seen);
    StorageVolume after = ground.source().again(before).orElse(before);
    long allocated = there.allocationBytes();
    return allocated < Math.min(before.allocationBytes(), after.allocationBytes())
        || allocated > Math.max(before.allocationBytes(), after.allocationBytes())
        || isOfAnotherTime(before.timestamps(), there.timestamps(), after.timestamps());
  }

  private static boolean isOfAnotherTime(
      @Nullable Timestamps before, @Nullable Timestamps there, @Nullable Timestamps after) {
    return before != null
        && there != null
        && after != null
        && (there.modified().isAfter(after.modified())
            || there.modified().isBefore(before.modified().minus(BELIEVED)));
  }
}
