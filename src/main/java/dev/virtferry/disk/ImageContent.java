package dev.virtferry.disk;

import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.VolumeReader;
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

  private final Storage storage;
  private final HostAddress host;

  ImageContent(Storage storage, HostAddress host) {
    this.storage = storage;
    this.host = host;
  }

  /**
   * Whether no guest ever wrote into it, as far as that can be told for certain: of a raw image no
   * more than one block is allocated and all of it reads as zeroes, a qcow2 image maps no cluster
   * and has no snapshot.
   */
  boolean isEmpty(StorageVolume volume) {
    try {
      return switch (volume.format()) {
        case "raw" -> isEmptyRaw(volume);
        case "qcow2" -> new Qcow2Image(reader(volume), GuestImage.ZEROES).isUnwritten();
        default -> false;
      };
    } catch (IncomparableImage e) {
      return false;
    } catch (LibvirtFailure e) {
      log.warn("{} on {} can't be read: {}", volume.path(), host.name(), e.message());
      return false;
    }
  }

  private boolean isEmptyRaw(StorageVolume volume) {
    if (volume.allocationBytes() == 0) {
      return true;
    }
    if (volume.allocationBytes() > FIRST_BLOCK) {
      return false;
    }
    // Which block it is, nobody tells: one of data looks the same.
    return storage.readsAsZeroes(host, volume.pool(), volume.name());
  }

  private VolumeReader reader(StorageVolume volume) {
    return new VolumeReader() {
      @Override
      public void read(long offset, byte[] into) {
        byte[] read = storage.read(host, volume.pool(), volume.name(), offset, into.length);
        System.arraycopy(read, 0, into, 0, into.length);
      }

      @Override
      public void close() {}
    };
  }
}
