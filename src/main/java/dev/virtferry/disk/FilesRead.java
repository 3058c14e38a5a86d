package dev.virtferry.disk;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.StorageVolume;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Which files at the destination a guest reads with an image that it has there. */
record FilesRead(VolumePlanInput input, FilesReached reached) {

  /** Their paths: by the header of the image there, or as the source has it. */
  Set<String> of(DiskImage image) {
    if (image.format().equals("raw")) {
      return Set.of();
    }
    Set<String> paths = new LinkedHashSet<>();
    Optional<StorageVolume> there = input.there(image);
    there.map(reached::from).ifPresent(paths::addAll);
    if (there.isEmpty()) {
      image.chain().forEach(beneath -> add(beneath, paths));
    }
    return paths;
  }

  private void add(DiskImage beneath, Set<String> paths) {
    Optional<StorageVolume> shown = input.there(beneath);
    if (!input.shared().isSeenByBoth(beneath, input.source(), input.destination())) {
      path(beneath, shown).ifPresent(paths::add);
    }
    shown.map(reached::from).ifPresent(paths::addAll);
  }

  /** The path of an image there; empty where nobody knows it. */
  static Optional<String> path(DiskImage image, Optional<StorageVolume> there) {
    return switch (image.type()) {
      case FILE, BLOCK -> Optional.of(image.location());
      case VOLUME -> there.map(StorageVolume::path);
      case DIR, NETWORK, NVME, VHOSTUSER, VHOSTVDPA, UNKNOWN -> Optional.empty();
    };
  }
}
