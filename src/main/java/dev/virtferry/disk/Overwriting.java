package dev.virtferry.disk;

import dev.virtferry.libvirt.StorageVolume;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What stands at the places of the copies, and whether it may be written over. */
final class Overwriting {

  private final VolumePlanInput input;
  private final ImageContent content;
  private final Map<String, DestinationImage> images = new HashMap<>();
  private final Map<ImageName, VolumeMark> changed = new HashMap<>();

  Overwriting(VolumePlanInput input) {
    this.input = input;
    this.content = new ImageContent(input.destination());
  }

  /** What stands at a place that nobody else has. */
  DestinationImage found(Place.InPool place, @Nullable StorageVolume there) {
    if (there == null) {
      return DestinationImage.ABSENT;
    }
    if (isOwn(input.name(place.path()), there)) {
      return DestinationImage.OWN;
    }
    if (!ImageRules.ofFiles(place.pool())) {
      return DestinationImage.UNKNOWN_CONTENT;
    }
    return content.isEmpty(there, input.wish().mode())
        ? DestinationImage.EMPTY
        : DestinationImage.FOREIGN;
  }

  private boolean isOwn(ImageName name, StorageVolume there) {
    @Nullable VolumeMark before = input.wish().own().get(name);
    if (before == null) {
      return false;
    }
    boolean own = before.isUnchanged(there);
    if (!own) {
      changed.put(name, before);
    }
    return own;
  }

  /** Why the image may not be written over, if so. */
  List<String> refusal(CopiedDisk copied, String path, DestinationImage found) {
    images.put(copied.target(), found);
    return switch (input.wish().overwrite().over(found)) {
      case GRANTED, UNSEEN -> List.of();
      case REFUSED ->
          switch (found) {
            // Whoever has it is told already.
            case ABSENT, NAMED -> List.of();
            case EMPTY, OWN, FOREIGN, UNKNOWN_CONTENT -> List.of(inTheWay(path, found));
          };
    };
  }

  private String inTheWay(String path, DestinationImage found) {
    return switch (input.wish().overwrite()) {
      case NEVER ->
          "%s on %s %s there already, and options.overwrite is NEVER; remove it, or name another place in volumes."
              .formatted(
                  path,
                  input.destination().name(),
                  found == DestinationImage.UNKNOWN_CONTENT ? "may be" : "is");
      case OWN, ANY ->
          "%s on %s holds data that virt-ferry does not know as this domain's own; remove it, name another place in volumes, or let options.overwrite be ANY."
              .formatted(path, input.destination().name());
    };
  }

  /** What was found at the place of each, by disk target. */
  Map<String, DestinationImage> images() {
    return images;
  }

  /** Those that were the domain's own and that somebody wrote into, and how each looked before. */
  Map<ImageName, VolumeMark> changed() {
    return changed;
  }
}
