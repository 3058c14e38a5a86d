package dev.virtferry.disk;

import dev.virtferry.libvirt.Definition;
import dev.virtferry.libvirt.Relocation;
import dev.virtferry.libvirt.VolumeSpec;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a copied disk goes.
 *
 * @param target the disk target
 * @param path of the image on the destination
 * @param moved whether that is another path than on the source
 * @param capacityBytes the size that the guest sees
 * @param bytesToCopy what is allocated at the source, as far as that is known
 * @param volume the image as it is made, or as it is there; null when no pool lets virt-ferry look
 * @param poolFreeBytes what was free in the pool when it was planned; null without a pool
 * @param backing the images beneath an overlay, the nearest first; empty for a copy in full and
 *     where every host sees them
 * @param original the volume of the source; null when no pool of the source has it
 * @param names every name that the image at the destination is known by; empty in what an older
 *     version wrote
 * @param from the path of the image on the source; null in what an older version wrote
 * @param found what stood there when it was planned; null in what an older version wrote
 * @param mark by what the image was known that stood there; null where none is seen
 * @param bytesToCopyAtMost what its stream carries at most, if nobody writes meanwhile; null where
 *     that is not known, and in what an older version wrote
 * @param alone whether a definition at the source says of the image what the copy has not: images
 *     beneath it, or another file for its data; null in what an older version wrote
 */
public record VolumePlan(
    String target,
    Action action,
    String path,
    boolean moved,
    long capacityBytes,
    long bytesToCopy,
    @Nullable VolumeSpec volume,
    @Nullable Long poolFreeBytes,
    List<BackingImage> backing,
    @Nullable Original original,
    List<ImageName> names,
    @Nullable String from,
    @Nullable DestinationImage found,
    @Nullable VolumeMark mark,
    @Nullable Long bytesToCopyAtMost,
    @Nullable Boolean alone) {

  public VolumePlan {
    backing = List.copyOf(backing);
    names = names == null ? List.of() : List.copyOf(names);
  }

  /**
   * The volume that a disk is copied from.
   *
   * @param mark by what it was known when it was planned; null in what an older version wrote
   */
  public record Original(String pool, String name, String path, @Nullable VolumeMark mark) {

    /** Whether both have one place; the guest writes into it meanwhile. */
    public boolean isWhere(@Nullable Original other) {
      return other != null
          && pool.equals(other.pool)
          && name.equals(other.name)
          && path.equals(other.path);
    }
  }

  /** The same, where a definition at the source says of the image what the copy has not. */
  public VolumePlan onItsOwn() {
    return new VolumePlan(
        target,
        action,
        path,
        moved,
        capacityBytes,
        bytesToCopy,
        volume,
        poolFreeBytes,
        backing,
        original,
        names,
        from,
        found,
        mark,
        bytesToCopyAtMost,
        true);
  }

  /** The size of the image, which of a slice is more than that of the disk. */
  public long imageBytes() {
    return volume == null ? capacityBytes : volume.capacityBytes();
  }

  /** Whether the image that is known by {@link #mark} is deleted for the one that is made. */
  public boolean replaces() {
    return action == Action.CREATE && mark != null;
  }

  /** Whether the destination's definitions say something else of the disk. */
  public boolean definedAnew() {
    return moved || Boolean.TRUE.equals(alone);
  }

  /**
   * What a definition says of the disk at the destination. The guest runs on the image that is
   * copied; for its next start it may have another, and that one stays where it is.
   */
  public Relocation.Copy defined(Definition which) {
    List<String> copied =
        switch (which) {
          case LIVE -> List.of();
          case PERSISTENT -> namesAtTheSource();
        };
    return new Relocation.Copy(copied, moved ? path : null);
  }

  private List<String> namesAtTheSource() {
    if (from == null) {
      return List.of();
    }
    return original == null
        ? List.of(from)
        : List.of(from, original.path, original.pool + "/" + original.name);
  }

  /** What is done before libvirt is called. */
  public enum Action {
    /**
     * The image is absent, or is replaced because it is the domain's own and a copy into it would
     * not be whole without another; it is made, thin, in the pool.
     */
    CREATE,
    /** An image of the same format and size is there and is overwritten. */
    REUSE,
    /** No pool lets virt-ferry look: the image has to be there, and libvirt will tell. */
    EXPECT
  }

  /**
   * What carrying this out would do beyond the plan for the same disk that was accepted, as a
   * sentence; empty when it does that or less.
   */
  public Optional<String> beyond(VolumePlan accepted) {
    if (!path.equals(accepted.path)) {
      return Optional.of(elsewhere(accepted.path, path));
    }
    if (volume != null && accepted.volume != null && !alike(volume, accepted.volume)) {
      return Optional.of(elsewhere(words(accepted.volume), words(volume)));
    }
    return switch (action) {
      // Where nothing stands nothing is written over, whatever was accepted.
      case CREATE -> replaces() ? reusedBeyond(accepted) : Optional.empty();
      case REUSE -> reusedBeyond(accepted);
      case EXPECT -> expectedBeyond(accepted);
    };
  }

  private String elsewhere(String before, String now) {
    return "%s was to go to %s and would go to %s now.".formatted(target, before, now);
  }

  private Optional<String> reusedBeyond(VolumePlan accepted) {
    return switch (accepted.action) {
      case CREATE ->
          accepted.replaces()
              ? Optional.empty()
              : Optional.of(
                  "%s was to be made for %s; by now there is one, and it would be overwritten."
                      .formatted(path, target));
      case REUSE ->
          capacityBytes == accepted.capacityBytes
              ? dataBeyond(accepted)
              : Optional.of(
                  String.format(
                      Locale.ROOT,
                      "%s had %d bytes when it was to be overwritten by %s, and has %d now.",
                      path,
                      accepted.capacityBytes,
                      target,
                      capacityBytes));
      case EXPECT -> Optional.empty();
    };
  }

  /** Whatever may be written over: somebody wrote what nobody knew of when it was accepted. */
  private Optional<String> dataBeyond(VolumePlan accepted) {
    return accepted.harmless() && !harmless()
        ? Optional.of(
            "%s was empty or the domain's own when it was to be overwritten by %s; by now somebody wrote into it."
                .formatted(path, target))
        : Optional.empty();
  }

  /** Whether nobody else's data was seen there; not known of what an older version wrote. */
  public boolean harmless() {
    return switch (found) {
      case null -> false;
      case ABSENT, EMPTY, OWN -> true;
      case FOREIGN, NAMED, UNKNOWN_CONTENT -> false;
    };
  }

  private Optional<String> expectedBeyond(VolumePlan accepted) {
    return switch (accepted.action) {
      case CREATE, REUSE ->
          Optional.of(
              "No pool shows %s any more; what is there would be overwritten unseen by %s."
                  .formatted(path, target));
      case EXPECT -> Optional.empty();
    };
  }

  private static boolean alike(VolumeSpec now, VolumeSpec then) {
    return now.pool().equals(then.pool())
        && now.name().equals(then.name())
        && now.format().equals(then.format())
        && Objects.equals(now.backing(), then.backing());
  }

  private static String words(VolumeSpec volume) {
    String above = volume.backing() == null ? "" : " on " + volume.backing().path();
    return "%s of pool %s (%s%s)".formatted(volume.name(), volume.pool(), volume.format(), above);
  }
}
