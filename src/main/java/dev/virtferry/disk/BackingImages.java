package dev.virtferry.disk;

import dev.virtferry.disk.image.WrittenName;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.HostPath;
import dev.virtferry.libvirt.StorageVolume;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the images beneath overlays on both hosts. An overlay is worth nothing on another backing
 * image than its own.
 */
final class BackingImages {

  private static final String NOTHING = "nothing";

  private final PoolView source;
  private final PoolView destination;
  private final SharedStorage shared;
  private final BackingCheck verify;

  BackingImages(PoolView source, PoolView destination, SharedStorage shared, BackingCheck verify) {
    this.source = source;
    this.destination = destination;
    this.shared = shared;
    this.verify = verify;
  }

  /**
   * What is beneath one overlay.
   *
   * @param images the nearest first; without those that both hosts are known to see
   * @param objections why not all can be used, one sentence each
   */
  record Found(List<BackingImage> images, List<String> objections) {}

  Found beneath(String target, DiskImage overlay) {
    List<BackingImage> images = new ArrayList<>();
    List<String> objections = new ArrayList<>();
    for (DiskImage beneath : overlay.chain()) {
      if (!shared.isSeenByBoth(beneath, source, destination)) {
        Optional<StorageVolume> here = source.volume(beneath);
        Optional<StorageVolume> there = destination.volume(beneath).map(destination::now);
        String why = difference(beneath, here, there);
        if (why.isEmpty()) {
          images.add(image(beneath, here.orElseThrow(), there.orElseThrow()));
        } else {
          objections.add(
              ("The backing image %s of %s must be on %s and be the same: %s. Copy it there, or copy"
                      + " the disk in full.")
                  .formatted(beneath.location(), target, destination.name(), why));
        }
      }
    }
    return new Found(images, objections);
  }

  private static BackingImage image(DiskImage beneath, StorageVolume here, StorageVolume there) {
    return new BackingImage(
        beneath.location(),
        here.format(),
        here.capacityBytes(),
        BackingImage.Volume.of(here),
        BackingImage.Volume.of(there));
  }

  /** What tells the two apart without reading them; empty when nothing does. */
  private String difference(
      DiskImage beneath, Optional<StorageVolume> here, Optional<StorageVolume> there) {
    if (here.isEmpty() || there.isEmpty()) {
      return "no pool of %s has it".formatted((here.isEmpty() ? source : destination).name());
    }
    StorageVolume ours = here.get();
    StorageVolume theirs = there.get();
    if (ours.capacityBytes() != theirs.capacityBytes()) {
      return difference("bytes", ours.capacityBytes(), theirs.capacityBytes());
    }
    if (!ours.format().equals(theirs.format())) {
      return difference("as its format", ours.format(), theirs.format());
    }
    String leads = leadsTo(theirs);
    String due = due(beneath.backing(), ours);
    if (!sameFile(leads, due)) {
      return "it leads to %s on %s and to %s on %s"
          .formatted(leads, destination.name(), due, source.name());
    }
    // Equal content may be allocated in another way; who reads it need not guess.
    return verify == BackingCheck.SIZE && ours.allocationBytes() != theirs.allocationBytes()
        ? difference("bytes allocated", ours.allocationBytes(), theirs.allocationBytes())
        : "";
  }

  /** What the image has beneath it by its own header, which is what libvirt and QEMU follow. */
  private static String leadsTo(StorageVolume image) {
    if (image.backing() == null) {
      return NOTHING;
    }
    var name = new WrittenName(image.backing().path());
    return name.isPath()
        ? HostPath.beside(image.path(), name.paths().findFirst().orElseThrow())
        : name.text();
  }

  /** What it has to lead to: what is next in the chain that the domain runs on. */
  private String due(@Nullable DiskImage next, StorageVolume ours) {
    if (next == null) {
      return NOTHING;
    }
    return switch (next.type()) {
      case FILE, BLOCK, DIR -> next.location();
      case VOLUME -> destination.volume(next).map(StorageVolume::path).orElse(next.location());
      // What a server calls an image is written in more than one way.
      case NETWORK, NVME, VHOSTUSER, VHOSTVDPA, UNKNOWN -> leadsTo(ours);
    };
  }

  private static boolean sameFile(String one, String other) {
    return one.equals(other)
        || (one.startsWith("/")
            && other.startsWith("/")
            && !HostPath.climbs(one)
            && !HostPath.climbs(other)
            && HostPath.of(one).equals(HostPath.of(other)));
  }

  private String difference(String what, Object here, Object there) {
    return "it has %s %s on %s and %s on %s"
        .formatted(here, what, source.name(), there, destination.name());
  }
}
