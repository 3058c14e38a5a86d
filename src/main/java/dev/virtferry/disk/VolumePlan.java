package dev.virtferry.disk;

import dev.virtferry.libvirt.VolumeSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a copied disk goes.
 *
 * @param target the disk target
 * @param path of the image on the destination
 * @param moved whether that is another path than on the source
 * @param capacityBytes the size that the guest sees
 * @param bytesToCopy what is allocated at the source, as far as that is known
 * @param volume the image as it is made, or as it is there; null when no pool lets virt-ferry look
 * @param poolFreeBytes what was free in the pool when it was planned; null without a pool
 * @param backing the images beneath an overlay, the nearest first; empty for a copy in full and
 *     where every host sees them
 * @param original the volume of the source; null when no pool of the source has it
 * @param names every name that the image at the destination is known by; empty in what an older
 *     version wrote
 * @param from the path of the image on the source; null in what an older version wrote
 */
public record VolumePlan(
    String target,
    Action action,
    String path,
    boolean moved,
    long capacityBytes,
    long bytesToCopy,
    @Nullable VolumeSpec volume,
    @Nullable Long poolFreeBytes,
    List<BackingImage> backing,
    @Nullable Original original,
    List<ImageName> names,
    @Nullable String from) {

  public VolumePlan {
    backing = List.copyOf(backing);
    names = names == null ? List.of() : List.copyOf(names);
  }

  /** The volume that a disk is copied from. */
  public record Original(String pool, String name, String path) {}

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
