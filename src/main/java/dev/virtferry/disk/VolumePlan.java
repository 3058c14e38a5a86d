package dev.virtferry.disk;

import org.jspecify.annotations.Nullable;

/**
 * Where a copied disk goes.
 *
 * @param target the disk target
 * @param path of the image on the destination
 * @param pool the destination's pool that covers the path; null when none does
 * @param name of the volume in that pool; null without a pool
 * @param format such as raw or qcow2
 * @param capacityBytes the size that the guest sees
 * @param bytesToCopy what is allocated at the source
 * @param compat the version of a qcow2 image; null for other formats
 */
public record VolumePlan(
    String target,
    Action action,
    String path,
    @Nullable String pool,
    @Nullable String name,
    String format,
    long capacityBytes,
    long bytesToCopy,
    @Nullable String compat) {

  /** What is done before libvirt is called. */
  public enum Action {
    /** The image is absent and is made, thin, in the pool. */
    CREATE,
    /** An image of the same format and size is there and is overwritten. */
    REUSE,
    /** No pool lets virt-ferry look: the image has to be there, and libvirt will tell. */
    EXPECT
  }
}
