package dev.virtferry.libvirt;

import org.jspecify.annotations.Nullable;

/**
 * A volume of a storage pool.
 *
 * @param format such as raw or qcow2
 * @param capacityBytes the size that a guest sees
 * @param allocationBytes what it takes now
 * @param compat the version of a qcow2 image, such as 1.1; null for other formats
 * @param backing the path of the image beneath; null when there is none
 */
public record StorageVolume(
    String pool,
    String name,
    String path,
    String format,
    long capacityBytes,
    long allocationBytes,
    @Nullable String compat,
    @Nullable String backing) {}
