package dev.virtferry.disk;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What an image at the destination must be like; each answer is a sentence for the caller. */
final class ImageRules {

  /** What libvirt can make in a pool of files so that a copy has somewhere to go. */
  private static final Set<String> FORMATS = Set.of("raw", "qcow2");

  /** Pools whose volumes are files, and so can be thin and of exactly the size of the disk. */
  private static final Set<String> FILE_POOLS = Set.of("dir", "fs", "netfs");

  private ImageRules() {}

  static boolean ofFiles(StoragePool pool) {
    return FILE_POOLS.contains(pool.type());
  }

  /** Whether a pool shows a file of that name: libvirt passes over control characters. */
  static boolean isShown(String fileName) {
    return fileName.chars().noneMatch(c -> c < ' ');
  }

  /** Why the disk can't be copied into the volume that is there; empty when it can. */
  static List<String> misfits(
      DomainDisk disk, DiskImage image, CopyMode mode, StorageVolume volume, String host) {
    if (image.isSlice()) {
      return misfits(disk, image, volume, host);
    }
    List<String> found = new ArrayList<>();
    if (volume.guestBytes() != disk.capacityBytes()) {
      found.add(
          String.format(
              Locale.ROOT,
              "%s on %s has %d bytes and %s has %d; remove it there, or give it the same size.",
              volume.path(),
              host,
              volume.guestBytes(),
              disk.target(),
              disk.capacityBytes()));
    }
    if (!volume.format().equals(image.format())) {
      found.add(
          "%s on %s is %s and %s is %s; remove it there, or convert it."
              .formatted(volume.path(), host, volume.format(), disk.target(), image.format()));
    }
    otherwiseEncrypted(disk, volume, host).ifPresent(found::add);
    if (mode == CopyMode.INCREMENTAL && !beneath(image).equals(beneath(volume))) {
      found.add(
          "%s on %s is not on the same backing image as %s (%s); remove it there."
              .formatted(volume.path(), host, disk.target(), beneath(image)));
    }
    return found;
  }

  /** A slice is where it is in the file, whatever else the file is. */
  private static List<String> misfits(
      DomainDisk disk, DiskImage slice, StorageVolume volume, String host) {
    long has =
        Math.max(volume.fileBytes(), volume.format().equals("raw") ? volume.capacityBytes() : 0);
    return has >= slice.sliceEnd()
        ? List.of()
        : List.of(
            String.format(
                Locale.ROOT,
                "%s on %s has %d bytes and %s is a slice that ends at %d; remove it there, or give it"
                    + " as many.",
                volume.path(),
                host,
                has,
                disk.target(),
                slice.sliceEnd()));
  }

  /**
   * Why a disk that is a slice of its file, or on one, can't be copied like that; none if it can.
   */
  static List<String> ofSlices(DomainDisk disk, DiskImage image, CopyMode mode) {
    return mode == CopyMode.INCREMENTAL && image.backing() != null && image.hasSlices()
        ? List.of(
            "%s is a slice of its file, or on one, and no overlay is made of that; copy it in full."
                .formatted(disk.target()))
        : List.of();
  }

  /** A raw slice is there as soon as its file is. */
  static boolean needsAnImageInItsFile(DiskImage image) {
    return image.isSlice() && !image.format().equals("raw");
  }

  /** What is to be done about an overlay, which no copy in full can go into. */
  static String dependent(StorageVolume overlay, String host) {
    return "%s on %s is an overlay on %s, and a copy in full would still need that; remove it there, or name another place in volumes."
        .formatted(overlay.path(), host, beneath(overlay));
  }

  /** QEMU opens the copy as the original. What a guest encrypts itself is like any data. */
  private static Optional<String> otherwiseEncrypted(
      DomainDisk disk, StorageVolume volume, String host) {
    if (disk.encrypted() && !volume.encrypted()) {
      return Optional.of(
          "%s on %s is not encrypted and %s is; remove it there, and prepare one that is."
              .formatted(volume.path(), host, disk.target()));
    }
    if (!disk.encrypted() && isEncryptedQcow2(volume)) {
      return Optional.of(
          "%s on %s is encrypted and %s is not; remove it there."
              .formatted(volume.path(), host, disk.target()));
    }
    return Optional.empty();
  }

  private static boolean isEncryptedQcow2(StorageVolume volume) {
    return volume.encrypted() && volume.format().equals("qcow2");
  }

  private static String beneath(DiskImage image) {
    return image.backing() == null ? "none" : image.backing().location();
  }

  private static String beneath(StorageVolume volume) {
    return volume.backing() == null ? "none" : volume.backing().path();
  }

  /**
   * Why no image can be made for the disk; empty when one can.
   *
   * @param here the one at the source; empty where no pool shows it
   */
  static List<String> unmakeable(
      DomainDisk disk, DiskImage image, StoragePool pool, Optional<StorageVolume> here) {
    List<String> found = new ArrayList<>();
    if (!FORMATS.contains(image.format())) {
      found.add(
          "An image of format %s can't be made through a pool; prepare the one of %s by hand."
              .formatted(image.format(), disk.target()));
    }
    if (needsAnImageInItsFile(image)) {
      found.add(
          "%s is a slice of its file of format %s, and only raw ones are made; prepare its file by hand."
              .formatted(disk.target(), image.format()));
    }
    if (!ofFiles(pool)) {
      found.add(
          "A volume in a pool of type %s can't be made; prepare the one of %s by hand."
              .formatted(pool.type(), disk.target()));
    }
    if (disk.encrypted() || here.filter(ImageRules::isEncryptedQcow2).isPresent()) {
      found.add(
          "%s is encrypted, and its key is not virt-ferry's to use; prepare its image by hand."
              .formatted(disk.target()));
    }
    if (disk.capacityBytes() == 0) {
      found.add(
          "The size of %s can't be read, so no image can be made for it; prepare it by hand."
              .formatted(disk.target()));
    }
    return found;
  }
}
