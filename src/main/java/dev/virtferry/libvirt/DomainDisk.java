package dev.virtferry.libvirt;

import org.jspecify.annotations.Nullable;

/**
 * A disk of a running domain, read from its live definition.
 *
 * @param target the {@code dev} of {@code <target>}, such as vda: how libvirt names a disk
 * @param device {@code disk}, {@code lun}, {@code cdrom} or {@code floppy}
 * @param bus such as virtio, scsi or sata
 * @param sourceType the disk's {@code type}: file, block, network, volume, dir, …
 * @param source path, device or name of what is behind it; null when there is no medium
 * @param format such as raw or qcow2
 * @param readOnly whether the guest can't write it
 * @param shareable whether the definition says {@code <shareable/>}
 * @param capacityBytes the size that the guest sees; 0 when unknown
 */
public record DomainDisk(
    String target,
    String device,
    String bus,
    String sourceType,
    @Nullable String source,
    String format,
    boolean readOnly,
    boolean shareable,
    long capacityBytes) {

  public DomainDisk withCapacity(long bytes) {
    return new DomainDisk(
        target, device, bus, sourceType, source, format, readOnly, shareable, bytes);
  }
}
