package dev.virtferry.disk;

import static java.util.stream.Collectors.toSet;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.StorageVolume;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The places at the destination that the disks of one wish take, and those that they build on. */
final class TakenPlaces {

  private final Ground ground;
  private final Set<ImageName> places = new HashSet<>();
  private final Set<ImageName> taken = new HashSet<>();
  private final Set<ImageName> bases = new HashSet<>();
  private @Nullable Set<ImageName> besides;

  TakenPlaces(Ground ground) {
    this.ground = ground;
  }

  /** Whether another disk goes there, by whatever name. */
  boolean have(Set<ImageName> names) {
    return ImageName.meet(taken, names);
  }

  /** A disk is built on what is there, so none must go there. */
  void base(Set<ImageName> names) {
    bases.addAll(names);
  }

  /** A disk goes there; tells why it must not. */
  List<String> take(String path, Set<ImageName> names) {
    List<String> objections = new ArrayList<>();
    boolean twice = have(names);
    boolean samePlace = !places.add(ground.name(path));
    if (twice) {
      objections.add(
          samePlace
              ? "Another disk goes to %s already; give each a name of its own.".formatted(path)
              : "%s on %s looks like the file of another disk by a second name; touch it if it is a file of its own, or name another place in volumes."
                  .formatted(path, ground.destination().name()));
    }
    objections.addAll(ofTheGuest(path, names));
    taken.addAll(names);
    if (ImageName.meet(bases, names)) {
      objections.add(
          "%s is the backing image of another disk; name another place in volumes."
              .formatted(path));
    }
    return objections;
  }

  /** Why no copy may go there: the guest has something else there. */
  List<String> ofTheGuest(String path, Set<ImageName> names) {
    boolean opened =
        ground.wish().opened().stream()
            .anyMatch(own -> path.equals(own) || path.startsWith(own + "/"));
    return opened || ImageName.meet(besides(), names)
        ? List.of(
            "The guest itself has %s besides, as a disk that is not copied, a console or the like; name another place in volumes."
                .formatted(path))
        : List.of();
  }

  /** Where the disks that are not copied are at the destination, with what is beneath them. */
  private Set<ImageName> besides() {
    if (besides == null) {
      besides =
          ground.wish().besides().stream()
              .map(DomainDisk::image)
              .flatMap(Stream::ofNullable)
              .flatMap(image -> Stream.concat(Stream.of(image), image.chain().stream()))
              .flatMap(this::names)
              .collect(toSet());
    }
    return besides;
  }

  private Stream<ImageName> names(DiskImage image) {
    Optional<StorageVolume> there = ground.destination().volume(image);
    return FilesRead.path(image, there).stream()
        .flatMap(path -> ground.names(path, there).stream());
  }
}
