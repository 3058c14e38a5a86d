package dev.virtferry.disk;

import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.StorageVolume;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the source's pools show of the images that are copied. */
final class CopySource {

  private final VolumePlanInput input;
  private final FilesBeside beside;

  CopySource(VolumePlanInput input) {
    this.input = input;
    this.beside = new FilesBeside(input.source());
  }

  /** The file that is copied, on the source. */
  String from(CopiedDisk copied) {
    DiskImage image = copied.image();
    return input.source().volume(image).map(StorageVolume::path).orElse(image.location());
  }

  /** The volume that is copied; null where no pool has it. */
  @Nullable Original original(CopiedDisk copied) {
    return input
        .source()
        .volume(copied.image())
        .map(volume ->
            new Original(volume.pool(), volume.name(), volume.path(), VolumeMark.of(volume)))
        .orElse(null);
  }

  /** A copy in full carries what is in the images beneath as well. */
  long bytes(CopiedDisk copied) {
    DomainDisk disk = copied.disk();
    long unknown = disk.allocationBytes() == 0 ? disk.capacityBytes() : disk.allocationBytes();
    long bytes = Math.max(0, allocated(copied.image(), unknown) - besideSlice(copied));
    if (input.wish().mode() == CopyMode.FULL) {
      for (DiskImage beneath : copied.image().chain()) {
        bytes += allocated(beneath, disk.capacityBytes());
      }
    }
    return disk.capacityBytes() == 0 ? bytes : Math.min(bytes, disk.capacityBytes());
  }

  /**
   * What the stream carries if it carries the whole disk; null where its size is not known. The
   * tables of a compressed image alone know more, and the guest may write anywhere meanwhile.
   */
  @Nullable Long bytesAtMost(CopiedDisk copied) {
    long capacity = copied.disk().capacityBytes();
    return capacity == 0 ? null : Long.valueOf(Math.max(capacity, bytes(copied)));
  }

  /** What of its file is not a slice's may be all that is allocated. */
  private long besideSlice(CopiedDisk copied) {
    return copied.image().isSlice()
        ? input
            .source()
            .volume(copied.image())
            .map(file -> Math.max(0, file.fileBytes() - copied.disk().capacityBytes()))
            .orElse(copied.image().sliceEnd())
        : 0;
  }

  private long allocated(DiskImage image, long unknown) {
    return input.source().volume(image).map(volume -> allocated(volume, unknown)).orElse(unknown);
  }

  /** With what it keeps in other files; one that can't be seen may hold all that a guest sees. */
  private long allocated(StorageVolume image, long unknown) {
    return image.allocationBytes()
        + beside.of(image).stream()
            .flatMap(List::stream)
            .mapToLong(path -> shownBytes(path, unknown))
            .sum();
  }

  private long shownBytes(String path, long unknown) {
    return input.source().shown(path).map(StorageVolume::allocationBytes).orElse(unknown);
  }
}
