package dev.virtferry.disk;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;

/**
 * A disk that is to be copied.
 *
 * @param image what is behind it
 * @param pointer the field of the request that names it
 */
record CopiedDisk(DomainDisk disk, DiskImage image, String pointer) {

  String target() {
    return disk.target();
  }
}
