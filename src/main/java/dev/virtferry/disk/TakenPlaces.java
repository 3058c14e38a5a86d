package dev.virtferry.disk;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The places at the destination that the disks of one wish take, and those that they build on. */
final class TakenPlaces {

  private final Ground ground;
  private final Set<ImageName> places = new HashSet<>();
  private final Set<ImageName> taken = new HashSet<>();
  private final Set<ImageName> bases = new HashSet<>();

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
    taken.addAll(names);
    if (ImageName.meet(bases, names)) {
      objections.add(
          "%s is the backing image of another disk; name another place in volumes."
              .formatted(path));
    }
    return objections;
  }
}
