package dev.virtferry.disk;

import static java.util.stream.Collectors.toSet;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.HostPath;
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

  private final VolumePlanInput input;
  private final FilesRead read;
  private final Set<ImageName> places = new HashSet<>();
  private final Set<ImageName> taken = new HashSet<>();
  private final Set<ImageName> bases = new HashSet<>();
  private @Nullable Set<ImageName> besides;

  TakenPlaces(VolumePlanInput input, FilesRead read) {
    this.input = input;
    this.read = read;
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
    boolean samePlace = !places.add(input.name(path));
    if (twice) {
      objections.add(
          samePlace
              ? "Another disk goes to %s already; give each a name of its own.".formatted(path)
              : "%s on %s looks like the file of another disk by a second name; touch it if it is a file of its own, or name another place in volumes."
                  .formatted(path, input.destination().name()));
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
    HostPath place = HostPath.of(path);
    boolean within =
        input.wish().opened().stream().anyMatch(own -> place.startsWith(HostPath.of(own)));
    return within || ImageName.meet(besides(), names)
        ? List.of(
            "The guest itself has %s besides, as a disk that is not copied, a console or the like; name another place in volumes."
                .formatted(path))
        : List.of();
  }

  /**
   * What the guest opens at the destination, and where the disks that are not copied are, with what
   * is beneath them by its definition, and beneath and beside them by the headers there.
   */
  private Set<ImageName> besides() {
    if (besides == null) {
      besides =
          Stream.concat(
                  input.wish().besides().stream()
                      .map(DomainDisk::image)
                      .flatMap(Stream::ofNullable)
                      .flatMap(this::namesOfAll),
                  input.wish().opened().stream().flatMap(this::names))
              .collect(toSet());
    }
    return besides;
  }

  /** Of the image, of what is beneath it, and of what is read of it there. */
  private Stream<ImageName> namesOfAll(DiskImage image) {
    return Stream.concat(
        Stream.concat(Stream.of(image), image.chain().stream()).flatMap(this::names),
        read.of(image).stream().flatMap(this::names));
  }

  private Stream<ImageName> names(String path) {
    return input.names(path, input.destination().shown(path)).stream();
  }

  private Stream<ImageName> names(DiskImage image) {
    Optional<StorageVolume> there = input.destination().volume(image);
    return FilesRead.path(image, there).stream().flatMap(path -> input.names(path, there).stream());
  }
}
