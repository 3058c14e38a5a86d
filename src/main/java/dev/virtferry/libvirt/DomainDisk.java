package dev.virtferry.libvirt;

import org.jspecify.annotations.Nullable;

/**
 * A disk of a domain, read from its live definition.
 *
 * @param target the {@code dev} of {@code <target>}, such as vda: how libvirt names a disk
 * @param device {@code disk}, {@code lun}, {@code cdrom} or {@code floppy}
 * @param bus such as virtio, scsi or sata
 * @param image what is behind it; null when there is no medium
 * @param readOnly whether the guest can't write it
 * @param shareable whether the definition says {@code <shareable/>}
 * @param unmaps whether the driver passes the guest's discards on ({@code discard='unmap'})
 * @param dispensable whether it is dropped where its medium is missing ({@code startupPolicy}
 *     optional or requisite)
 * @param encrypted whether QEMU encrypts what the guest writes ({@code <encryption>})
 * @param capacityBytes the size that the guest sees; 0 when unknown
 * @param allocationBytes what its image takes on the host; 0 when unknown
 */
public record DomainDisk(
    String target,
    String device,
    String bus,
    @Nullable DiskImage image,
    boolean readOnly,
    boolean shareable,
    boolean unmaps,
    boolean dispensable,
    boolean encrypted,
    long capacityBytes,
    long allocationBytes) {

  /** Whether the guest may write what is behind it. */
  public boolean isWritten() {
    return !readOnly && !device.equals("cdrom");
  }

  public DomainDisk sized(long capacity, long allocation) {
    return new DomainDisk(
        target,
        device,
        bus,
        image,
        readOnly,
        shareable,
        unmaps,
        dispensable,
        encrypted,
        capacity,
        allocation);
  }
}
