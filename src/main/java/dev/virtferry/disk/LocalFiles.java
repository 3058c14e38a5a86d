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
record LocalFiles(VolumePlanInput input) {

  /** For how long a host believes what it knows of a file: NFS by default ({@code acregmax}). */
  private static final Duration BELIEVED = Duration.ofMinutes(1);

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
    List<StoragePool> pools = input.source().pools();
    return areFor(image, pools)
        && !input.shared().covers(image, pools)
        && isShown(image)
        && isAnother(disk, image);
  }

  /** Whether the destination has a pool that would show it. */
  private boolean isShown(DiskImage image) {
    return pool(image).isPresent();
  }

  private Optional<StoragePool> pool(DiskImage image) {
    String location = image.location();
    return image.type().nature() == Nature.POOLED
        ? input.destination().named(PoolView.pool(location))
        : input.destination().covering(location);
  }

  private boolean isAnother(DomainDisk disk, DiskImage image) {
    Optional<StorageVolume> here = here(image);
    Optional<StorageVolume> there = input.there(image);
    if (there.isEmpty()) {
      return pool(image).filter(input.destination()::isStale).isEmpty();
    }
    return hasAnotherSize(disk, image, here, there.get())
        || (here.isPresent() && wasNeverThis(here.get(), there.get()));
  }

  /** A hung pool of the source does not bar a disk that stays in its place. */
  private Optional<StorageVolume> here(DiskImage image) {
    PoolView source = input.source();
    return source.hidden().isEmpty() ? source.volume(image) : Optional.empty();
  }

  /** What a pool tells of the size may be older than what QEMU does, at the source as well. */
  private static boolean hasAnotherSize(
      DomainDisk disk, DiskImage image, Optional<StorageVolume> here, StorageVolume there) {
    boolean alike =
        here.filter(volume -> volume.capacityBytes() == there.capacityBytes()).isPresent();
    if (image.isSlice()) {
      return here.isPresent() && !alike;
    }
    long seen = seenAs(image, there);
    return !there.encrypted()
        && disk.capacityBytes() != 0
        && seen != 0
        && disk.capacityBytes() != seen
        && !alike;
  }

  /** Of a raw disk a pool shows what the guest wrote at its begin, if that is an image's header. */
  private static long seenAs(DiskImage image, StorageVolume there) {
    long bytes =
        image.format().equals("raw") && !there.format().equals("raw")
            ? there.fileBytes()
            : there.capacityBytes();
    return StorageVolume.guestBytes("raw", bytes);
  }

  /** The destination is read between two looks at the source, where the guest writes on. */
  private boolean wasNeverThis(StorageVolume before, StorageVolume seen) {
    StorageVolume there = input.destination().again(seen).orElse(seen);
    StorageVolume after = input.source().again(before).orElse(before);
    return isOfAnotherTime(before.timestamps(), there.timestamps(), after.timestamps())
        || (!isBelieved(before.timestamps(), there.timestamps())
            && takesAnother(before.allocationBytes(), there, after.allocationBytes()));
  }

  private static boolean takesAnother(long before, StorageVolume there, long after) {
    return there.allocationBytes() < Math.min(before, after)
        || there.allocationBytes() > Math.max(before, after);
  }

  /** Whether a host may tell what a file was like before it was written the last time. */
  private static boolean isBelieved(@Nullable Timestamps before, @Nullable Timestamps there) {
    return before != null && there != null && there.modified().isBefore(before.modified());
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
