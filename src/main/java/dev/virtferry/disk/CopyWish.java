package dev.virtferry.disk;

import dev.virtferry.libvirt.DomainDisk;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Disks that are to be copied.
 *
 * @param domain whose they are
 * @param disks in the order in which libvirt will be told
 * @param staying those that are neither copied nor known to be shared: the destination needs them
 *     too
 * @param besides the disks that are not copied, wherever they are: no copy may go there
 * @param opened what the guest opens at the destination besides disks, by path; nor may one go
 *     there
 * @param listed whether the caller named them one by one
 * @param mode how to copy them
 * @param verify how backing images are compared when only overlays are copied
 * @param places by disk target, for those that go to another place than they have now
 * @param promised by pool of the destination, the bytes that other migrations will still put there
 * @param spokenFor the images that other migrations copy into
 * @param overwrite what may be written over
 * @param own the images that are known as the domain's own, and how each looked then
 */
public record CopyWish(
    UUID domain,
    List<DomainDisk> disks,
    List<DomainDisk> staying,
    List<DomainDisk> besides,
    Set<String> opened,
    boolean listed,
    CopyMode mode,
    BackingCheck verify,
    Map<String, VolumeWish> places,
    Map<String, Long> promised,
    Set<ImageName> spokenFor,
    Overwrite overwrite,
    Map<ImageName, VolumeMark> own) {

  /** Whether no image at the destination matters, so that nobody needs to look there. */
  boolean isForNothing() {
    return disks.isEmpty() && staying.isEmpty() && places.isEmpty();
  }
}
