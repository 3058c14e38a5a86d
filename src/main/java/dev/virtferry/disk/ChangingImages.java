package dev.virtferry.disk;

import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.StorageVolume;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The images at the destination that a copy is built on or needs; none of them may change. */
record ChangingImages(VolumePlanInput input, FilesReached reached, TakenPlaces taken) {

  /** Why images beneath are none to build on: somebody writes into them, or into what they show. */
  List<String> objections(DomainDisk disk, List<BackingImage> images) {
    List<String> found = new ArrayList<>();
    for (BackingImage image : images) {
      Optional<StorageVolume> there =
          input
              .destination()
              .volume(image.destination().pool(), image.destination().name())
              .map(input.destination()::now);
      String role = "the backing image of " + disk.target();
      found.addAll(objections(image.path(), there, role));
      Optional<Set<String>> beside = there.flatMap(reached::beside);
      if (beside.isEmpty()) {
        found.add(
            "Where %s on %s, %s, keeps its data can't be told. Copy the disk in full."
                .formatted(image.path(), input.destination().name(), role));
      }
      for (String path : beside.orElse(Set.of())) {
        String data = "which %s, %s, needs".formatted(image.path(), role);
        found.addAll(objections(path, input.destination().shown(path), data));
      }
    }
    return found;
  }

  /**
   * Why one may change.
   *
   * @param role what it is for, in a sentence
   */
  List<String> objections(String path, Optional<StorageVolume> there, String role) {
    Set<ImageName> names = input.names(path, there);
    taken.base(names);
    if (there.isPresent()) {
      input.destination().listAgain();
    }
    return Stream.of(
            input.writers(path, there.orElse(null)),
            there.filter(input.destination()::isWritten).stream()
                .map(_ -> "is being written into right now, by whomever"),
            ImageName.meet(input.wish().spokenFor(), names)
                ? Stream.of("is what another migration copies into")
                : Stream.<String>of(),
            taken.have(names) ? Stream.of("is where another disk goes") : Stream.<String>of())
        .flatMap(words -> words)
        .map(words ->
            "%s on %s, %s, may change: it %s. Copy the disk in full."
                .formatted(path, input.destination().name(), role, words))
        .toList();
  }
}
