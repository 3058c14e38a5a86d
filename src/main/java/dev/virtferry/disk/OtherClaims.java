package dev.virtferry.disk;

import dev.virtferry.libvirt.StorageVolume;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** Who else has a place at the destination: other domains, and other migrations. */
record OtherClaims(VolumePlanInput input) {

  /** On a place in a pool. */
  List<String> on(Place.InPool place, Optional<StorageVolume> there, Set<ImageName> names) {
    UUID domain = input.wish().domain();
    return words(
        place.path(),
        names,
        there.isPresent()
            ? input.files().claims(place.path(), there.get(), domain)
            : input.files().namers(place.path(), domain).stream().filter(Claim::barsNew).toList());
  }

  /** On a place into which no pool lets one look. */
  List<String> onUnseen(String path, Set<ImageName> names) {
    return words(path, names, input.files().claims(path, null, input.wish().domain()));
  }

  private List<String> words(String path, Set<ImageName> names, List<Claim> claims) {
    return Stream.concat(
            promises(path, names).stream(), claims.stream().map(claim -> words(path, claim)))
        .toList();
  }

  private List<String> promises(String path, Set<ImageName> names) {
    return ImageName.meet(input.wish().spokenFor(), names)
        ? List.of(
            "Another migration copies into %s on %s; wait for its end, or name another place in volumes."
                .formatted(path, input.destination().name()))
        : List.of();
  }

  private String words(String path, Claim claim) {
    return "%s on %s %s; %s."
        .formatted(path, input.destination().name(), claim.words(), claim.remedy());
  }
}
