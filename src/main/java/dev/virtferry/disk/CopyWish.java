package dev.virtferry.disk;

import dev.virtferry.libvirt.DomainDisk;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Disks that are to be copied.
 *
 * @param domain whose they are
 * @param disks in the order in which libvirt will be told
 * @param listed whether the caller named them one by one
 * @param mode how to copy them
 * @param places by disk target, for those that go to another place than they have now
 * @param promised by pool of the destination, the bytes that other migrations will still put there
 */
public record CopyWish(
    UUID domain,
    List<DomainDisk> disks,
    boolean listed,
    CopyMode mode,
    Map<String, VolumeWish> places,
    Map<String, Long> promised) {}
