package dev.virtferry.libvirt;

import org.jspecify.annotations.Nullable;

/**
 * A volume to be made, thin.
 *
 * @param capacityBytes the exact size that the guest sees
 * @param compat the version of a qcow2 image; null for other formats
 */
public record VolumeSpec(
    String pool, String name, String format, long capacityBytes, @Nullable String compat) {}
