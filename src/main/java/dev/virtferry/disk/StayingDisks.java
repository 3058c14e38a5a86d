package dev.virtferry.disk;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.SourceType;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import java.util.Optional;

/** The disks that are not copied: what the guest is to find in their places at the destination. */
record StayingDisks(VolumePlanInput input, FilesRead read, LocalFiles local, Obstacles obstacles) {

  /** It has to be at the destination, as far as a pool lets us look. */
  void require(DomainDisk disk) {
    DiskImage image = disk.image();
    if (image == null) {
      return;
    }
    Optional<StorageVolume> there = input.destination().volume(image);
    if (disk.isWritten()) {
      FilesRead.path(image, there).ifPresent(path -> requireNobodyElse(disk, image, path));
      boolean differs = differs(disk, image);
      if (local.hold(disk, image)) {
        leaveNothingBehind(disk, image);
      } else if (!differs && (image.type() == SourceType.VOLUME || isOnlySaidToBeShared(disk))) {
        requireThere(disk, image, there);
      }
    } else {
      requireThere(disk, image, there);
      requireUnchanging(disk, image, there);
    }
  }

  private void requireThere(DomainDisk disk, DiskImage image, Optional<StorageVolume> there) {
    if (there.isPresent() || disk.dispensable()) {
      return;
    }
    String name = "%s (%s)".formatted(disk.target(), image.location());
    String host = input.destination().name();
    if (wouldBeSeen(image)) {
      obstacle(
          disk,
          "%s is not copied and is missing on %s%s.".formatted(name, host, remedy(disk, image)));
    } else {
      obstacles.doubt(
          "%s has to be on %s, and no active pool there can show whether it is"
              .formatted(name, host));
    }
  }

  /** libvirt finds a volume by its pool alone, and a file without one. */
  private boolean wouldBeSeen(DiskImage image) {
    return switch (image.type()) {
      case FILE ->
          input
              .destination()
              .covering(image.location())
              .filter(pool -> !input.destination().isStale(pool))
              .isPresent();
      case VOLUME -> true;
      case BLOCK, DIR, NETWORK, NVME, VHOSTUSER, VHOSTVDPA, UNKNOWN -> false;
    };
  }

  /** What only the source's pools call shared is not copied, whoever names it. */
  private boolean isCopyable(DomainDisk disk, DiskImage image) {
    return !disk.shareable() && !input.shared().covers(image, input.source().pools());
  }

  private String remedy(DomainDisk disk, DiskImage image) {
    if (image.type() == SourceType.VOLUME
        && input.destination().named(PoolView.pool(image.location())).isEmpty()) {
      return ", which has no active pool of that name; start it there";
    }
    return disk.isWritten() && isCopyable(disk, image)
        ? "; put it there, or name it in disks"
        : "; put it there, or take it out of the domain";
  }

  /** libvirt refuses it, as what the guest wrote would stay at the source. */
  private void leaveNothingBehind(DomainDisk disk, DiskImage image) {
    obstacles.leftBehind(
        disk.target(),
        "%s (%s) is not on storage that both hosts see, and would stay behind; %s."
            .formatted(
                disk.target(),
                image.location(),
                disk.shareable()
                    ? "it is shareable, so it is never copied: put it on such storage"
                    : "name it in disks, or tell ferry.shared-paths that every host sees it"));
  }

  private void requireUnchanging(DomainDisk disk, DiskImage image, Optional<StorageVolume> there) {
    String host = input.destination().name();
    FilesRead.path(image, there)
        .ifPresent(path ->
            input
                .writers(path, there.orElse(null))
                .forEach(words ->
                    obstacle(
                        disk,
                        "%s (%s) is not copied, and what is there on %s may change: it %s."
                            .formatted(disk.target(), path, host, words))));
    for (String path : read.of(image)) {
      input
          .writers(path, input.destination().shown(path).orElse(null))
          .forEach(words ->
              obstacle(
                  disk,
                  "%s (%s) is not copied, and %s on %s, which it needs there, may change: it %s."
                      .formatted(disk.target(), image.location(), path, host, words)));
    }
  }

  /**
   * What is there may be the very disk, on storage that nobody said to be shared; so only who
   * certainly has it is in the way.
   */
  private void requireNobodyElse(DomainDisk disk, DiskImage image, String path) {
    String host = input.destination().name();
    String remedy =
        isCopyable(disk, image)
            ? "Name the disk, or, if both are to write there, tell"
            : "If both are to write there, tell";
    input.files().holders(path, input.wish().domain()).stream()
        .filter(claim -> claim.isCertain() && claim.host().equals(host))
        .map(Claim::words)
        .distinct()
        .forEach(words ->
            obstacle(
                disk,
                ("%s is not copied, so the guest would write into %s as it is on %s, which %s. %s"
                        + " ferry.shared-paths that every host sees it.")
                    .formatted(disk.target(), path, host, words, remedy)));
  }

  private boolean isOnlySaidToBeShared(DomainDisk disk) {
    return input.shared().isOnlySaidByPools(disk, input.source().pools());
  }

  /** A pool says of its own host alone what its storage is. */
  private boolean differs(DomainDisk disk, DiskImage image) {
    PoolView source = input.source();
    PoolView destination = input.destination();
    if (!isOnlySaidToBeShared(disk) || input.shared().isAgreedOn(image, source, destination)) {
      return false;
    }
    Optional<String> words =
        PoolsAround.of(image, source)
            .shared()
            .flatMap(here ->
                PoolsAround.of(image, destination)
                    .innermost()
                    .map(there -> differs(disk, here, there)));
    words.ifPresent(detail -> obstacle(disk, detail));
    return words.isPresent();
  }

  private String differs(DomainDisk disk, StoragePool here, StoragePool there) {
    return ("%s is on %s of %s, a pool of type %s, and %s has %s there, of type %s. Have a pool of"
            + " that type there, or, if both are one storage, tell ferry.shared-paths that every host"
            + " sees it.")
        .formatted(
            disk.target(),
            here.name(),
            input.source().name(),
            here.type(),
            input.destination().name(),
            there.name(),
            there.type());
  }

  private void obstacle(DomainDisk disk, String detail) {
    obstacles.add(disk.target(), "#/destUri", detail);
  }
}
