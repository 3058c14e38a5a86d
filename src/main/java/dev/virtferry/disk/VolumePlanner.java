package dev.virtferry.disk;

import static dev.virtferry.problem.ProblemType.DESTINATION_STORAGE;

import dev.virtferry.disk.Placement.Obstacle;
import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.StorageVolume.Backing;
import dev.virtferry.libvirt.StorageVolume.Layout;
import dev.virtferry.libvirt.VolumeSpec;
import dev.virtferry.problem.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds a place for each disk of one wish, or says what is in the way. */
final class VolumePlanner {

  private final CopyWish wish;
  private final PoolView source;
  private final PoolView destination;
  private final FilesInUse.Look files;
  private final ImageContent content;
  private final FilesBeside beside;
  private final FilesReached reached;
  private final BackingImages backingImages;
  private final SharedStorage shared;
  private final List<VolumePlan> plans = new ArrayList<>();
  private final List<Obstacle> obstacles = new ArrayList<>();
  private final Map<String, DestinationImage> images = new HashMap<>();
  private final Map<ImageName, VolumeMark> changed = new HashMap<>();
  private final Map<String, Long> growth = new HashMap<>();
  private final Set<ImageName> places = new HashSet<>();
  private final Set<ImageName> taken = new HashSet<>();
  private final Set<ImageName> bases = new HashSet<>();

  VolumePlanner(
      CopyWish wish,
      PoolView source,
      PoolView destination,
      FilesInUse.Look files,
      SharedStorage shared) {
    this.wish = wish;
    this.source = source;
    this.destination = destination;
    this.files = files;
    this.content = new ImageContent(destination);
    this.beside = new FilesBeside(source);
    this.reached = new FilesReached(destination);
    this.backingImages = new BackingImages(source, destination, shared, wish.verify());
    this.shared = shared;
  }

  Placement placement() {
    for (String target : wish.places().keySet()) {
      if (wish.disks().stream().noneMatch(disk -> disk.target().equals(target))) {
        obstacle(null, "#/volumes/" + target, "%s is not copied; leave it out.".formatted(target));
      }
    }
    for (int i = 0; i < wish.disks().size(); i++) {
      DomainDisk disk = wish.disks().get(i);
      var copied =
          new CopiedDisk(
              disk,
              Objects.requireNonNull(disk.image()),
              wish.listed() ? "#/disks/" + i : "#/copy");
      unlessStorageFails(disk.target(), copied.pointer(), () -> place(copied));
    }
    for (DomainDisk disk : wish.staying()) {
      unlessStorageFails(disk.target(), "#/destUri", () -> requirePresent(disk));
    }
    for (StoragePool pool : destination.pools()) {
      unlessStorageFails(null, "#/disks", () -> requireRoom(pool));
    }
    return new Placement(
        plans,
        obstacles,
        images,
        changed,
        Stream.of(source, destination).flatMap(view -> view.doubts().stream()).toList());
  }

  /** What is sick in a pool is in the way of the disks that need it, and of nothing else. */
  private void unlessStorageFails(@Nullable String target, String pointer, Runnable step) {
    try {
      step.run();
    } catch (LibvirtFailure e) {
      obstacle(target, pointer, e.message() + ".");
    }
  }

  /** A disk, what is behind it, and the field that names it. */
  private record CopiedDisk(DomainDisk disk, DiskImage image, String pointer) {

    String target() {
      return disk.target();
    }
  }

  /** A place that an image can have: a volume of a pool, there already or not. */
  private record Place(StoragePool pool, String name, String path, boolean moved) {}

  private void place(CopiedDisk copied) {
    VolumeWish asked = wish.places().get(copied.target());
    int before = obstacles.size();
    Optional<Place> place = asked == null ? samePlace(copied) : otherPlace(copied, asked);
    if (place.isPresent()) {
      plan(copied, place.get());
    } else if (obstacles.size() == before) {
      expect(copied);
    }
  }

  private Optional<Place> samePlace(CopiedDisk copied) {
    String location = copied.image().location();
    return switch (copied.image().type()) {
      case "file" ->
          destination
              .covering(location)
              .map(pool -> new Place(pool, PoolView.fileName(location), location, false));
      case "volume" -> samePool(copied, PoolView.pool(location), PoolView.volumeName(location));
      default -> Optional.empty();
    };
  }

  /** A disk of a volume carries the names of pool and volume with it. */
  private Optional<Place> samePool(CopiedDisk copied, String poolName, String name) {
    Optional<StoragePool> pool = destination.named(poolName);
    if (pool.isEmpty()) {
      obstacle(
          copied.target(),
          copied.pointer(),
          "%s is a volume of pool %s, which is not active on %s; start it there, or name another in"
                  .formatted(copied.target(), poolName, destination.name())
              + " volumes.");
    }
    return pool.map(p -> new Place(p, name, destination.path(p, name), false));
  }

  private Optional<Place> otherPlace(CopiedDisk copied, VolumeWish asked) {
    String pointer = "#/volumes/%s/pool".formatted(copied.target());
    Optional<StoragePool> pool = destination.named(asked.pool());
    if (pool.isEmpty()) {
      obstacle(
          copied.target(),
          pointer,
          "%s has no active pool of that name; it has %s."
              .formatted(destination.name(), destination.names()));
      return Optional.empty();
    }
    if (!ImageRules.ofFiles(pool.get())) {
      obstacle(
          copied.target(),
          pointer,
          "Pool %s is of type %s; volumes are made in pools of files only: dir, fs, netfs."
              .formatted(asked.pool(), pool.get().type()));
      return Optional.empty();
    }
    String location = copied.image().location();
    String name = asked.name() == null ? PoolView.fileName(location) : asked.name();
    String path = pool.get().path() + "/" + name;
    return Optional.of(new Place(pool.get(), name, path, !path.equals(location)));
  }

  /** No pool lets virt-ferry look; but whom the path belongs to is known. */
  private void expect(CopiedDisk copied) {
    String path = copied.image().location();
    Set<ImageName> names = names(path, Optional.empty());
    List<String> objections = new ArrayList<>(promises(path, names));
    files.claims(path, null, wish.domain()).forEach(claim -> objections.add(refusal(path, claim)));
    DestinationImage found =
        objections.isEmpty() ? DestinationImage.UNKNOWN_CONTENT : DestinationImage.NAMED;
    objections.addAll(refusal(copied, path, found));
    if (wish.mode() == CopyMode.INCREMENTAL) {
      for (String read : read(copied.image())) {
        objections.addAll(
            changing(read, destination.shown(read), "which %s needs".formatted(copied.target())));
      }
    }
    objections.forEach(words -> obstacle(copied.target(), copied.pointer(), words));
    if (objections.isEmpty()) {
      plans.add(
          new VolumePlan(
              copied.target(),
              Action.EXPECT,
              path,
              false,
              copied.disk().capacityBytes(),
              bytesToCopy(copied),
              null,
              null,
              List.of(),
              original(copied),
              List.copyOf(names),
              from(copied),
              found,
              null));
    }
  }

  private void plan(CopiedDisk copied, Place place) {
    Optional<StorageVolume> there =
        destination.volume(place.pool().name(), place.name()).map(destination::now);
    Optional<StorageVolume> here = source.volume(copied.image());
    boolean encrypted = here.map(StorageVolume::encrypted).orElse(false);
    DomainDisk disk = copied.disk();
    BackingImages.Found beneath =
        wish.mode() == CopyMode.INCREMENTAL
            ? backingImages.beneath(disk.target(), copied.image())
            : new BackingImages.Found(List.of(), List.of());
    List<String> objections = new ArrayList<>();
    Set<ImageName> names = names(place.path(), there);
    boolean twice = !Collections.disjoint(taken, names);
    boolean samePlace = !places.add(name(place.path()));
    if (twice) {
      objections.add(
          samePlace
              ? "Another disk goes to %s already; give each a name of its own."
                  .formatted(place.path())
              : "%s on %s looks like the file of another disk by a second name; touch it if it is a file of its own, or name another place in volumes."
                  .formatted(place.path(), destination.name()));
    }
    taken.addAll(names);
    if (!Collections.disjoint(bases, names)) {
      objections.add(
          "%s is the backing image of another disk; name another place in volumes."
              .formatted(place.path()));
    }
    List<String> claims = twice ? List.of() : claims(place, there, names);
    objections.addAll(claims);
    DestinationImage found =
        claims.isEmpty() ? found(place, there.orElse(null)) : DestinationImage.NAMED;
    objections.addAll(
        there.isPresent()
            ? ImageRules.misfits(disk, copied.image(), wish.mode(), there.get(), destination.name())
            : ImageRules.unmakeable(disk, copied.image(), place.pool(), encrypted));
    objections.addAll(beneath.objections());
    objections.addAll(changing(disk, beneath.images()));
    objections.addAll(refusal(copied, place.path(), found));
    objections.forEach(words -> obstacle(disk.target(), copied.pointer(), words));
    if (objections.isEmpty()) {
      long bytes = bytesToCopy(copied);
      plans.add(
          new VolumePlan(
              disk.target(),
              there.isPresent() ? Action.REUSE : Action.CREATE,
              place.path(),
              place.moved(),
              disk.capacityBytes(),
              bytes,
              spec(copied, place, here),
              place.pool().availableBytes(),
              beneath.images(),
              original(copied),
              List.copyOf(names),
              from(copied),
              found,
              there.map(VolumeMark::of).orElse(null)));
      long allocated = there.map(StorageVolume::allocationBytes).orElse(0L);
      growth.merge(place.pool().name(), Math.max(0, bytes - allocated), Long::sum);
    }
  }

  /** Why images beneath are none to build on: somebody writes into them, or into what they show. */
  private List<String> changing(DomainDisk disk, List<BackingImage> images) {
    List<String> objections = new ArrayList<>();
    for (BackingImage image : images) {
      Optional<StorageVolume> there =
          destination
              .volume(image.destination().pool(), image.destination().name())
              .map(destination::now);
      String role = "the backing image of " + disk.target();
      objections.addAll(changing(image.path(), there, role));
      Optional<Set<String>> beside = there.flatMap(reached::beside);
      if (beside.isEmpty()) {
        objections.add(
            "Where %s on %s, %s, keeps its data can't be told. Copy the disk in full."
                .formatted(image.path(), destination.name(), role));
      }
      for (String path : beside.orElse(Set.of())) {
        String data = "which %s, %s, needs".formatted(image.path(), role);
        objections.addAll(changing(path, destination.shown(path), data));
      }
    }
    return objections;
  }

  private List<String> changing(String path, Optional<StorageVolume> there, String role) {
    Set<ImageName> names = names(path, there);
    bases.addAll(names);
    if (there.isPresent()) {
      destination.listAgain();
    }
    return Stream.of(
            writers(path, there.orElse(null)),
            there.filter(destination::isWritten).stream()
                .map(_ -> "is being written into right now, by whomever"),
            Collections.disjoint(wish.spokenFor(), names)
                ? Stream.<String>of()
                : Stream.of("is what another migration copies into"),
            Collections.disjoint(taken, names)
                ? Stream.<String>of()
                : Stream.of("is where another disk goes"))
        .flatMap(words -> words)
        .map(words ->
            "%s on %s, %s, may change: it %s. Copy the disk in full."
                .formatted(path, destination.name(), role, words))
        .toList();
  }

  private Stream<String> writers(String path, @Nullable StorageVolume there) {
    return files.writers(path, there, wish.domain()).stream().map(Claim::words);
  }

  /** Who else has the place. */
  private List<String> claims(Place place, Optional<StorageVolume> there, Set<ImageName> names) {
    List<Claim> claims =
        there.isPresent()
            ? files.claims(place.path(), there.get(), wish.domain())
            : files.namers(place.path(), wish.domain()).stream().filter(Claim::barsNew).toList();
    return Stream.concat(
            promises(place.path(), names).stream(),
            claims.stream().map(claim -> refusal(place.path(), claim)))
        .toList();
  }

  /** What stands at a place that nobody else has. */
  private DestinationImage found(Place place, @Nullable StorageVolume there) {
    if (there == null) {
      return DestinationImage.ABSENT;
    }
    if (isOwn(name(place.path()), there)) {
      return DestinationImage.OWN;
    }
    if (!ImageRules.ofFiles(place.pool())) {
      return DestinationImage.UNKNOWN_CONTENT;
    }
    return content.isEmpty(there, wish.mode()) ? DestinationImage.EMPTY : DestinationImage.FOREIGN;
  }

  private boolean isOwn(ImageName name, StorageVolume there) {
    @Nullable VolumeMark before = wish.own().get(name);
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
  private List<String> refusal(CopiedDisk copied, String path, DestinationImage found) {
    images.put(copied.target(), found);
    return switch (wish.overwrite().over(found)) {
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
    return switch (wish.overwrite()) {
      case NEVER ->
          "%s on %s %s there already, and options.overwrite is NEVER; remove it, or name another place in volumes."
              .formatted(
                  path,
                  destination.name(),
                  found == DestinationImage.UNKNOWN_CONTENT ? "may be" : "is");
      case OWN, ANY ->
          "%s on %s holds data that virt-ferry does not know as this domain's own; remove it, name another place in volumes, or let options.overwrite be ANY."
              .formatted(path, destination.name());
    };
  }

  private List<String> promises(String path, Set<ImageName> names) {
    return Collections.disjoint(wish.spokenFor(), names)
        ? List.of()
        : List.of(
            "Another migration copies into %s on %s; wait for its end, or name another place in volumes."
                .formatted(path, destination.name()));
  }

  /** Whatever an image is known by, where it is and where it will be made. */
  private Set<ImageName> names(String path, Optional<StorageVolume> there) {
    Set<ImageName> names = new LinkedHashSet<>();
    names.add(name(path));
    there.map(files::otherNames).orElse(List.of()).forEach(other -> names.add(name(other)));
    return names;
  }

  private ImageName name(String path) {
    return new ImageName(files.isShared(path) ? null : destination.name(), path);
  }

  private String refusal(String path, Claim claim) {
    return "%s on %s %s; %s.".formatted(path, destination.name(), claim.words(), claim.remedy());
  }

  private VolumeSpec spec(CopiedDisk copied, Place place, Optional<StorageVolume> here) {
    String format = copied.image().format();
    DiskImage backing = wish.mode() == CopyMode.INCREMENTAL ? copied.image().backing() : null;
    return new VolumeSpec(
        place.pool().name(),
        place.name(),
        format,
        copied.disk().capacityBytes(),
        format.equals("qcow2") ? here.map(StorageVolume::layout).orElse(Layout.USUAL) : null,
        here.map(StorageVolume::permissions).orElse(null),
        backing == null ? null : new Backing(backing.location(), backing.format()));
  }

  /** The file that is copied, on the source. */
  private String from(CopiedDisk copied) {
    DiskImage image = copied.image();
    return source.volume(image).map(StorageVolume::path).orElse(image.location());
  }

  private @Nullable Original original(CopiedDisk copied) {
    return source
        .volume(copied.image())
        .map(volume ->
            new Original(volume.pool(), volume.name(), volume.path(), VolumeMark.of(volume)))
        .orElse(null);
  }

  /** A copy in full carries what is in the images beneath as well. */
  private long bytesToCopy(CopiedDisk copied) {
    DomainDisk disk = copied.disk();
    long unknown = disk.allocationBytes() == 0 ? disk.capacityBytes() : disk.allocationBytes();
    long bytes = allocated(copied.image(), unknown);
    if (wish.mode() == CopyMode.FULL) {
      for (DiskImage beneath : copied.image().chain()) {
        bytes += allocated(beneath, disk.capacityBytes());
      }
    }
    return disk.capacityBytes() == 0 ? bytes : Math.min(bytes, disk.capacityBytes());
  }

  private long allocated(DiskImage image, long unknown) {
    return source.volume(image).map(volume -> allocated(volume, unknown)).orElse(unknown);
  }

  /** With what it keeps in other files; one that can't be seen may hold all that a guest sees. */
  private long allocated(StorageVolume image, long unknown) {
    return image.allocationBytes()
        + beside.of(image).stream()
            .flatMap(List::stream)
            .mapToLong(
                path -> source.shown(path).map(StorageVolume::allocationBytes).orElse(unknown))
            .sum();
  }

  /** What is not copied has to be at the destination, as far as a pool lets us look. */
  private void requirePresent(DomainDisk disk) {
    DiskImage image = disk.image();
    if (image == null) {
      return;
    }
    Optional<StorageVolume> there = destination.volume(image);
    if (isWritten(disk)) {
      path(image, there).ifPresent(path -> requireNobodyElse(disk, path));
      requireTheSameStorage(disk, image);
      if (disk.device().equals("disk")) {
        // Whether a file is shared libvirt finds out by itself.
        return;
      }
    }
    boolean missing =
        image.type().equals("file")
            && destination.covering(image.location()).isPresent()
            && there.isEmpty();
    if (missing && !disk.dispensable()) {
      obstacle(
          disk.target(),
          "#/destUri",
          "%s (%s) is not copied and is missing on %s; put it there, or take it out of the domain."
              .formatted(disk.target(), image.location(), destination.name()));
    }
    path(image, there)
        .ifPresent(path ->
            writers(path, there.orElse(null))
                .forEach(words ->
                    obstacle(
                        disk.target(),
                        "#/destUri",
                        "%s (%s) is not copied, and what is there on %s may change: it %s."
                            .formatted(disk.target(), path, destination.name(), words))));
    for (String path : read(image)) {
      writers(path, destination.shown(path).orElse(null))
          .forEach(words ->
              obstacle(
                  disk.target(),
                  "#/destUri",
                  "%s (%s) is not copied, and %s on %s, which it needs there, may change: it %s."
                      .formatted(
                          disk.target(), image.location(), path, destination.name(), words)));
    }
  }

  private static boolean isWritten(DomainDisk disk) {
    return !disk.readOnly() && !disk.device().equals("cdrom");
  }

  /**
   * What is there may be the very disk, on storage that nobody said to be shared; so only who
   * certainly has it is in the way.
   */
  private void requireNobodyElse(DomainDisk disk, String path) {
    files.holders(path, wish.domain()).stream()
        .filter(claim -> claim.isCertain() && claim.host().equals(destination.name()))
        .map(Claim::words)
        .distinct()
        .forEach(words ->
            obstacle(
                disk.target(),
                "#/destUri",
                ("%s is not copied, so the guest would write into %s as it is on %s, which %s. Name"
                        + " the disk, or, if both are to write there, tell ferry.shared-paths that"
                        + " every host sees it.")
                    .formatted(disk.target(), path, destination.name(), words)));
  }

  /** A pool says of its own host alone what its storage is. */
  private void requireTheSameStorage(DomainDisk disk, DiskImage image) {
    source
        .poolAround(image)
        .filter(here -> shared.isOnlySaidByPools(disk, List.of(here)))
        .ifPresent(here ->
            destination
                .poolAround(image)
                .filter(there -> !there.type().equals(here.type()))
                .ifPresent(there ->
                    obstacle(
                        disk.target(),
                        "#/destUri",
                        ("%s is on %s of %s, a pool of type %s, and %s has %s there, of type %s. Name"
                                + " the disk, or, if both are one storage, tell ferry.shared-paths"
                                + " that every host sees it.")
                            .formatted(
                                disk.target(),
                                here.name(),
                                source.name(),
                                here.type(),
                                destination.name(),
                                there.name(),
                                there.type()))));
  }

  /**
   * What a guest reads at the destination with an image: by its header, or as the source has it.
   */
  private Set<String> read(DiskImage image) {
    if (image.format().equals("raw")) {
      return Set.of();
    }
    Set<String> paths = new LinkedHashSet<>();
    Optional<StorageVolume> there = destination.volume(image).map(destination::now);
    there.map(reached::from).ifPresent(paths::addAll);
    if (there.isEmpty()) {
      for (DiskImage beneath : image.chain()) {
        Optional<StorageVolume> shown = destination.volume(beneath).map(destination::now);
        path(beneath, shown).filter(path -> !files.isShared(path)).ifPresent(paths::add);
        shown.map(reached::from).ifPresent(paths::addAll);
      }
    }
    return paths;
  }

  private static Optional<String> path(DiskImage image, Optional<StorageVolume> there) {
    return switch (image.type()) {
      case "file", "block" -> Optional.of(image.location());
      case "volume" -> there.map(StorageVolume::path);
      default -> Optional.empty();
    };
  }

  /** Counts what a pool will have to hold: what is allocated at the source; copies are thin. */
  private void requireRoom(StoragePool pool) {
    long bytes = growth.getOrDefault(pool.name(), 0L);
    long promised = wish.promised().getOrDefault(pool.name(), 0L);
    if (bytes > 0 && bytes + promised > destination.availableBytes(pool)) {
      String others =
          promised == 0
              ? ""
              : String.format(Locale.ROOT, " and will get %d by other migrations", promised);
      obstacle(
          null,
          "#/disks",
          String.format(
              Locale.ROOT,
              "The disks need %d bytes in pool %s on %s, which has %d free%s; make room there.",
              bytes,
              pool.name(),
              destination.name(),
              destination.availableBytes(pool),
              others));
    }
  }

  private void obstacle(@Nullable String target, String pointer, String detail) {
    obstacles.add(new Obstacle(target, Problem.at(pointer, DESTINATION_STORAGE, detail)));
  }
}
