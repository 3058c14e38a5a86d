package dev.virtferry.libvirt;

import dev.virtferry.libvirt.StorageVolume.Backing;
import dev.virtferry.libvirt.StorageVolume.Layout;
import dev.virtferry.libvirt.StorageVolume.Permissions;
import org.jspecify.annotations.Nullable;

/**
 * A volume to be made, thin.
 *
 * @param capacityBytes the exact size that the guest sees
 * @param layout of a qcow2 image; null for other formats
 * @param permissions null leaves them to the pool
 * @param backing the image beneath; null for none
 */
public record VolumeSpec(
    String pool,
    String name,
    String format,
    long capacityBytes,
    @Nullable Layout layout,
    @Nullable Permissions permissions,
    @Nullable Backing backing) {

  public VolumeSpec withCapacity(long bytes) {
    return new VolumeSpec(pool, name, format, bytes, layout, permissions, backing);
  }
}
