package dev.virtferry.disk;

import dev.virtferry.disk.image.GuestImage;
import dev.virtferry.disk.image.IncomparableImage;
import dev.virtferry.disk.image.Qcow2Image;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.StorageVolume;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether volumes of files hold anything. What is allocated would not tell: file systems compress,
 * allocate late and in blocks of their own, so little more than an empty image takes is data.
 */
final class ImageContent {

  private static final Logger log = LoggerFactory.getLogger(ImageContent.class);

  /** {@code qemu-img create} writes the first block of a raw image, with zeroes. */
  private static final int FIRST_BLOCK = 4096;

  private final PoolView pools;

  ImageContent(PoolView pools) {
    this.pools = pools;
  }

  /**
   * Whether it is as {@code qemu-img create} leaves it, as far as that can be told for certain: of
   * a raw image no more than one block is allocated and all of it reads as zeroes, and the file of
   * a qcow2 image holds nothing but its header, reference counts and an empty table. One on another
   * image shows what that holds; so it is empty only for a copy that goes onto the same one.
   */
  boolean isEmpty(StorageVolume volume, CopyMode mode) {
    try {
      return switch (volume.format()) {
        case "raw" -> isEmptyRaw(volume);
        case "qcow2" -> isEmptyQcow2(volume, mode);
        default -> false;
      };
    } catch (IncomparableImage e) {
      return false;
    } catch (LibvirtFailure e) {
      log.warn("{} on {} can't be read: {}", volume.path(), pools.name(), e.message());
      return false;
    }
  }

  private boolean isEmptyQcow2(StorageVolume volume, CopyMode mode) {
    var image = new Qcow2Image(pools.reader(volume), GuestImage.ZEROES);
    return switch (mode) {
      case FULL -> !image.isOverlay() && image.isUnwritten(volume.fileBytes());
      case INCREMENTAL -> image.isUnwritten(volume.fileBytes());
    };
  }

  private boolean isEmptyRaw(StorageVolume volume) {
    if (volume.allocationBytes() == 0) {
      return true;
    }
    if (volume.allocationBytes() > FIRST_BLOCK) {
      return false;
    }
    // Which block it is, nobody tells: one of data looks the same.
    return pools.readsAsZeroes(volume);
  }
}
