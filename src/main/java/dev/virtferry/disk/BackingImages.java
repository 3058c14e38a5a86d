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
        Optional<Difference> found = difference(beneath, here, there);
        if (found.isEmpty()) {
          images.add(image(beneath, here.orElseThrow(), there.orElseThrow()));
        }
        found
            .map(it ->
                "The backing image %s of %s must be on %s and be the same: %s. %s, or copy the disk in full."
                    .formatted(
                        beneath.location(), target, destination.name(), it.why(), it.remedy()))
            .ifPresent(objections::add);
      }
    }
    return new Found(images, objections);
  }

  /**
   * What tells two images apart.
   *
   * @param remedy what would make them the same, or would show that they are
   */
  private record Difference(String why, String remedy) {}

  private static BackingImage image(DiskImage beneath, StorageVolume here, StorageVolume there) {
    return new BackingImage(
        beneath.location(),
        here.format(),
        here.capacityBytes(),
        BackingImage.Volume.of(here),
        BackingImage.Volume.of(there));
  }

  /** What tells the two apart without reading them; empty when nothing does. */
  private Optional<Difference> difference(
      DiskImage beneath, Optional<StorageVolume> here, Optional<StorageVolume> there) {
    if (here.isEmpty()) {
      return Optional.of(unseen(beneath, source, "Let a pool there have it"));
    }
    if (there.isEmpty()) {
      return Optional.of(unseen(beneath, destination, "Copy it there"));
    }
    return difference(beneath.backing(), here.get(), there.get());
  }

  /**
   * A host's pools do not show an image; where none would, a copy of it would not be seen either.
   *
   * @param otherwise what helps where one would
   */
  private static Difference unseen(DiskImage image, PoolView host, String otherwise) {
    String location = image.location();
    return switch (image.type()) {
      case FILE ->
          host.covering(location)
              .map(_ -> new Difference("no pool of %s has it".formatted(host.name()), otherwise))
              .orElseGet(() ->
                  new Difference(
                      "no active pool of %s has %s"
                          .formatted(host.name(), HostPath.of(location).parent()),
                      "Define one there, tell ferry.shared-paths if every host sees it"));
      case VOLUME ->
          host.named(PoolView.pool(location))
              .map(_ -> new Difference("no pool of %s has it".formatted(host.name()), otherwise))
              .orElseGet(() ->
                  new Difference(
                      "%s has no active pool of that name".formatted(host.name()),
                      "Start it there"));
      case BLOCK, DIR, NETWORK, NVME, VHOSTUSER, VHOSTVDPA, UNKNOWN ->
          new Difference(
              "pools show files and their own volumes alone",
              "Tell ferry.shared-paths if every host sees it");
    };
  }

  private Optional<Difference> difference(
      @Nullable DiskImage next, StorageVolume ours, StorageVolume theirs) {
    String copy = "Copy the one of %s there".formatted(source.name());
    if (ours.capacityBytes() != theirs.capacityBytes()) {
      return difference("bytes", ours.capacityBytes(), theirs.capacityBytes(), copy);
    }
    if (!ours.format().equals(theirs.format())) {
      return difference("as its format", ours.format(), theirs.format(), copy);
    }
    String leads = leadsTo(theirs);
    String due = due(next, ours);
    if (!HostPath.same(leads, due)) {
      return Optional.of(
          new Difference(
              "it leads to %s on %s and to %s on %s"
                  .formatted(leads, destination.name(), due, source.name()),
              copy));
    }
    // Equal content may be allocated in another way; who reads it need not guess.
    return verify == BackingCheck.SIZE && ours.allocationBytes() != theirs.allocationBytes()
        ? difference(
            "bytes allocated",
            ours.allocationBytes(),
            theirs.allocationBytes(),
            "Let options.verifyBacking be CONTENT, which reads both")
        : Optional.empty();
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

  private Optional<Difference> difference(String what, Object here, Object there, String remedy) {
    return Optional.of(
        new Difference(
            "it has %s %s on %s and %s on %s"
                .formatted(here, what, source.name(), there, destination.name()),
            remedy));
  }
}
