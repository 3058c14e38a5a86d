package dev.virtferry.disk;

import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.StorageVolume.Backing;
import dev.virtferry.libvirt.StorageVolume.Layout;
import dev.virtferry.libvirt.VolumeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Plans the image of one disk after the other, each at a place that was found for it. */
final class CopyPlanner {

  private final VolumePlanInput input;
  private final CopySource source;
  private final BackingImages backingImages;
  private final TakenPlaces taken;
  private final ChangingImages changing;
  private final FilesRead read;
  private final OtherClaims claims;
  private final Overwriting overwriting;
  private final PoolGrowth growth;
  private final Obstacles obstacles;

  CopyPlanner(
      VolumePlanInput input,
      FilesReached reached,
      Overwriting overwriting,
      PoolGrowth growth,
      Obstacles obstacles) {
    this.input = input;
    this.source = new CopySource(input);
    this.backingImages =
        new BackingImages(
            input.source(), input.destination(), input.shared(), input.wish().verify());
    this.read = new FilesRead(input, reached);
    this.taken = new TakenPlaces(input, read);
    this.changing = new ChangingImages(input, reached, taken);
    this.claims = new OtherClaims(input);
    this.overwriting = overwriting;
    this.growth = growth;
    this.obstacles = obstacles;
  }

  /** No pool lets virt-ferry look; but whom the path belongs to is known. */
  Optional<VolumePlan> expect(CopiedDisk copied) {
    String path = copied.image().location();
    Set<ImageName> names = input.names(path, Optional.empty());
    List<String> objections = new ArrayList<>(claims.onUnseen(path, names));
    objections.addAll(taken.ofTheGuest(path, names));
    DestinationImage found =
        objections.isEmpty() ? DestinationImage.UNKNOWN_CONTENT : DestinationImage.NAMED;
    objections.addAll(overwriting.refusal(copied, path, found));
    if (input.incremental()) {
      objections.addAll(changingBeneath(copied));
    }
    return unless(objections, copied, () -> expected(copied, path, names, found));
  }

  private VolumePlan expected(
      CopiedDisk copied, String path, Set<ImageName> names, DestinationImage found) {
    return new VolumePlan(
        copied.target(),
        Action.EXPECT,
        path,
        false,
        copied.disk().capacityBytes(),
        source.bytes(copied),
        null,
        null,
        List.of(),
        source.original(copied),
        List.copyOf(names),
        source.from(copied),
        found,
        null,
        source.bytesAtMost(copied),
        null);
  }

  private List<String> changingBeneath(CopiedDisk copied) {
    String role = "which %s needs".formatted(copied.target());
    return read.of(copied.image()).stream()
        .flatMap(path -> changing.objections(path, input.destination().shown(path), role).stream())
        .toList();
  }

  private Optional<VolumePlan> unless(
      List<String> objections, CopiedDisk copied, Supplier<VolumePlan> plan) {
    objections.forEach(words -> obstacles.add(copied.target(), copied.pointer(), words));
    return objections.isEmpty() ? Optional.of(plan.get()) : Optional.empty();
  }

  /**
   * What both hosts show of an image and of its place.
   *
   * @param here the image that is copied
   * @param there what stands at its place
   * @param dependent whether that is on another image, which a copy in full must not need
   */
  private record Seen(
      Optional<StorageVolume> here,
      Optional<StorageVolume> there,
      Set<ImageName> names,
      DestinationImage found,
      boolean dependent) {

    /** The domain's own old data is lost either way. */
    boolean replaced() {
      return dependent && found == DestinationImage.OWN;
    }

    boolean inTheWay() {
      return dependent && found != DestinationImage.OWN && found != DestinationImage.NAMED;
    }

    /** What is copied into. */
    Optional<StorageVolume> kept() {
      return replaced() ? Optional.empty() : there;
    }
  }

  /** A volume that is there already is copied into, one that is not is to be made. */
  Optional<VolumePlan> plan(CopiedDisk copied, Place.InPool place) {
    Optional<StorageVolume> there =
        input.destination().volume(place.pool().name(), place.name()).map(input.destination()::now);
    BackingImages.Found beneath = beneath(copied);
    Set<ImageName> names = input.names(place.path(), there);
    boolean twice = taken.have(names);
    List<String> objections = new ArrayList<>(taken.take(place.path(), names));
    List<String> others = twice ? List.of() : claims.on(place, there, names);
    objections.addAll(others);
    Seen seen = seen(copied, place, there, names, others.isEmpty());
    objections.addAll(misfits(copied, place, seen));
    objections.addAll(ImageRules.ofSlices(copied.disk(), copied.image(), input.wish().mode()));
    objections.addAll(beneath.objections());
    objections.addAll(changing.objections(copied.disk(), beneath.images()));
    objections.addAll(refusal(copied, place, seen));
    Optional<VolumePlan> plan =
        unless(objections, copied, () -> into(copied, place, seen, beneath.images()));
    long allocated = there.map(StorageVolume::allocationBytes).orElse(0L);
    plan.ifPresent(it -> growth.add(place.pool(), it, allocated));
    return plan;
  }

  private Seen seen(
      CopiedDisk copied,
      Place.InPool place,
      Optional<StorageVolume> there,
      Set<ImageName> names,
      boolean free) {
    return new Seen(
        input.source().volume(copied.image()),
        there,
        names,
        free ? overwriting.found(place, there.orElse(null)) : DestinationImage.NAMED,
        !input.incremental() && there.filter(image -> image.backing() != null).isPresent());
  }

  private List<String> refusal(CopiedDisk copied, Place.InPool place, Seen seen) {
    List<String> refusal = overwriting.refusal(copied, place.path(), seen.found());
    if (ImageRules.needsAnImageInItsFile(copied.image())
        && seen.found() == DestinationImage.EMPTY) {
      return List.of(needsAnImage(copied, place));
    }
    return seen.inTheWay()
        ? List.of(ImageRules.dependent(seen.there().orElseThrow(), input.destination().name()))
        : refusal;
  }

  private String needsAnImage(CopiedDisk copied, Place.InPool place) {
    return "%s on %s is empty, and %s needs an image of format %s where its slice begins; write one there."
        .formatted(
            place.path(), input.destination().name(), copied.target(), copied.image().format());
  }

  private BackingImages.Found beneath(CopiedDisk copied) {
    return input.incremental()
        ? backingImages.beneath(copied.target(), copied.image())
        : new BackingImages.Found(List.of(), List.of());
  }

  private List<String> misfits(CopiedDisk copied, Place.InPool place, Seen seen) {
    return seen.kept()
        .map(image ->
            ImageRules.misfits(
                copied.disk(),
                copied.image(),
                input.wish().mode(),
                image,
                input.destination().name()))
        .orElseGet(
            () -> ImageRules.unmakeable(copied.disk(), copied.image(), place.pool(), seen.here()));
  }

  private VolumePlan into(
      CopiedDisk copied, Place.InPool place, Seen seen, List<BackingImage> beneath) {
    return new VolumePlan(
        copied.target(),
        seen.kept().isPresent() ? Action.REUSE : Action.CREATE,
        place.path(),
        place.moved(),
        copied.disk().capacityBytes(),
        source.bytes(copied),
        spec(copied, place, seen.here()),
        place.pool().availableBytes(),
        beneath,
        source.original(copied),
        List.copyOf(seen.names()),
        source.from(copied),
        seen.found(),
        seen.there().map(VolumeMark::of).orElse(null),
        source.bytesAtMost(copied),
        null);
  }

  private VolumeSpec spec(CopiedDisk copied, Place.InPool place, Optional<StorageVolume> here) {
    String format = copied.image().format();
    @Nullable DiskImage backing = input.incremental() ? copied.image().backing() : null;
    return new VolumeSpec(
        place.pool().name(),
        place.name(),
        format,
        copied.image().isSlice() ? copied.image().sliceEnd() : copied.disk().capacityBytes(),
        format.equals("qcow2") ? here.map(StorageVolume::layout).orElse(Layout.USUAL) : null,
        here.map(StorageVolume::permissions).orElse(null),
        backing == null ? null : new Backing(backing.location(), backing.format()));
  }
}
