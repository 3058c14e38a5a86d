package dev.virtferry.disk;

import static dev.virtferry.problem.ProblemType.DESTINATION_STORAGE;

import dev.virtferry.disk.Placement.Obstacle;
import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.StorageVolume.Backing;
import dev.virtferry.libvirt.StorageVolume.Layout;
import dev.virtferry.libvirt.VolumeSpec;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Problem.FieldError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Finds a place for each disk of one wish, or says what is in the way. */
final class VolumePlanner {

  /** What libvirt can make in a pool of files so that a copy has somewhere to go. */
  private static final Set<String> FORMATS = Set.of("raw", "qcow2");

  /** Pools whose volumes are files, and so can be thin and of exactly the size of the disk. */
  private static final Set<String> FILE_POOLS = Set.of("dir", "fs", "netfs");

  private final CopyWish wish;
  private final PoolView source;
  private final PoolView destination;
  private final Map<String, UUID> inUse;
  private final SharedStorage shared;
  private final List<VolumePlan> plans = new ArrayList<>();
  private final List<Obstacle> obstacles = new ArrayList<>();
  private final Map<String, Long> growth = new HashMap<>();
  private final Set<String> taken = new HashSet<>();

  VolumePlanner(
      CopyWish wish,
      PoolView source,
      PoolView destination,
      Map<String, UUID> inUse,
      SharedStorage shared) {
    this.wish = wish;
    this.source = source;
    this.destination = destination;
    this.inUse = inUse;
    this.shared = shared;
  }

  Placement placement() {
    for (String target : wish.places().keySet()) {
      if (wish.disks().stream().noneMatch(disk -> disk.target().equals(target))) {
        obstacle(null, "#/volumes/" + target, "%s is not copied; leave it out.".formatted(target));
      }
    }
    for (int i = 0; i < wish.disks().size(); i++) {
      place(wish.disks().get(i), wish.listed() ? "#/disks/" + i : "#/copy");
    }
    wish.staying().forEach(this::requirePresent);
    requireRoom();
    return new Placement(List.copyOf(plans), List.copyOf(obstacles));
  }

  /** A place that an image can have: a volume of a pool, there already or not. */
  private record Place(StoragePool pool, String name, String path, boolean moved) {}

  private void place(DomainDisk disk, String pointer) {
    DiskImage image = Objects.requireNonNull(disk.image());
    VolumeWish asked = wish.places().get(disk.target());
    int before = obstacles.size();
    Optional<Place> place =
        asked == null ? samePlace(disk, image, pointer) : otherPlace(disk, image, asked);
    if (place.isPresent()) {
      plan(disk, image, place.get(), pointer);
    } else if (obstacles.size() == before) {
      plans.add(
          new VolumePlan(
              disk.target(),
              Action.EXPECT,
              image.location(),
              false,
              disk.capacityBytes(),
              bytesToCopy(disk, image),
              null,
              null,
              List.of(),
              from(image)));
    }
  }

  private Optional<Place> samePlace(DomainDisk disk, DiskImage image, String pointer) {
    return switch (image.type()) {
      case "file" ->
          destination
              .covering(image.location())
              .map(pool ->
                  new Place(pool, PoolView.fileName(image.location()), image.location(), false));
      case "volume" -> samePool(disk, image.location(), pointer);
      default -> Optional.empty();
    };
  }

  /** A disk of a volume carries the names of pool and volume with it. */
  private Optional<Place> samePool(DomainDisk disk, String location, String pointer) {
    int slash = location.indexOf('/');
    String name = location.substring(slash + 1);
    Optional<StoragePool> pool = destination.named(location.substring(0, slash));
    if (pool.isEmpty()) {
      obstacle(
          disk.target(),
          pointer,
          "%s is a volume of pool %s, which is not active on %s; start it there, or name another in"
                  .formatted(disk.target(), location.substring(0, slash), destination.name())
              + " volumes.");
    }
    return pool.map(p -> new Place(p, name, p.path() + "/" + name, false));
  }

  private Optional<Place> otherPlace(DomainDisk disk, DiskImage image, VolumeWish asked) {
    String pointer = "#/volumes/%s/pool".formatted(disk.target());
    Optional<StoragePool> pool = destination.named(asked.pool());
    if (pool.isEmpty()) {
      obstacle(
          disk.target(),
          pointer,
          "%s has no active pool of that name; it has %s."
              .formatted(
                  destination.name(),
                  destination.pools().isEmpty()
                      ? "none"
                      : String.join(
                          ", ", destination.pools().stream().map(StoragePool::name).toList())));
      return Optional.empty();
    }
    if (!FILE_POOLS.contains(pool.get().type())) {
      obstacle(
          disk.target(),
          pointer,
          "Pool %s is of type %s; volumes are made in pools of files only: dir, fs, netfs."
              .formatted(asked.pool(), pool.get().type()));
      return Optional.empty();
    }
    String name = asked.name() == null ? PoolView.fileName(image.location()) : asked.name();
    String path = pool.get().path() + "/" + name;
    return Optional.of(new Place(pool.get(), name, path, !path.equals(image.location())));
  }

  private void plan(DomainDisk disk, DiskImage image, Place place, String pointer) {
    if (!taken.add(place.pool().name() + "/" + place.name())) {
      obstacle(
          disk.target(),
          pointer,
          "Another disk goes to %s already; give each a name of its own.".formatted(place.path()));
      return;
    }
    int before = obstacles.size();
    Optional<StorageVolume> there = destination.volume(place.pool().name(), place.name());
    requireUnused(disk, place, pointer);
    there.ifPresentOrElse(
        volume -> requireFit(disk, image, volume, pointer),
        () -> requireMakeable(disk, image, place, pointer));
    List<BackingImage> backing = new ArrayList<>();
    if (wish.mode() == CopyMode.INCREMENTAL) {
      for (DiskImage beneath : image.chain()) {
        backing(disk, beneath, pointer).ifPresent(backing::add);
      }
    }
    if (obstacles.size() > before) {
      return;
    }
    long bytes = bytesToCopy(disk, image);
    plans.add(
        new VolumePlan(
            disk.target(),
            there.isPresent() ? Action.REUSE : Action.CREATE,
            place.path(),
            place.moved(),
            disk.capacityBytes(),
            bytes,
            spec(disk, image, place),
            place.pool().availableBytes(),
            backing,
            from(image)));
    long allocated = there.map(StorageVolume::allocationBytes).orElse(0L);
    growth.merge(place.pool().name(), Math.max(0, bytes - allocated), Long::sum);
  }

  private void requireUnused(DomainDisk disk, Place place, String pointer) {
    UUID user = inUse.get(place.path());
    if (user != null && !user.equals(wish.domain())) {
      obstacle(
          disk.target(),
          pointer,
          "%s on %s belongs to the domain %s there; free it, or name another place in volumes."
              .formatted(place.path(), destination.name(), user));
    }
  }

  private void requireFit(DomainDisk disk, DiskImage image, StorageVolume volume, String pointer) {
    if (volume.capacityBytes() != disk.capacityBytes()) {
      obstacle(
          disk.target(),
          pointer,
          "%s on %s has %d bytes and %s has %d; remove it there, or give it the same size."
              .formatted(
                  volume.path(),
                  destination.name(),
                  volume.capacityBytes(),
                  disk.target(),
                  disk.capacityBytes()));
    }
    if (!volume.format().equals(image.format())) {
      obstacle(
          disk.target(),
          pointer,
          "%s on %s is %s and %s is %s; remove it there, or convert it."
              .formatted(
                  volume.path(),
                  destination.name(),
                  volume.format(),
                  disk.target(),
                  image.format()));
    }
    if (wish.mode() == CopyMode.INCREMENTAL && !beneath(image).equals(beneath(volume))) {
      obstacle(
          disk.target(),
          pointer,
          "%s on %s is not on the same backing image as %s (%s); remove it there."
              .formatted(volume.path(), destination.name(), disk.target(), beneath(image)));
    }
  }

  private static String beneath(DiskImage image) {
    return image.backing() == null ? "none" : image.backing().location();
  }

  private static String beneath(StorageVolume volume) {
    return volume.backing() == null ? "none" : volume.backing().path();
  }

  private void requireMakeable(DomainDisk disk, DiskImage image, Place place, String pointer) {
    if (!FORMATS.contains(image.format())) {
      obstacle(
          disk.target(),
          pointer,
          "An image of format %s can't be made through a pool; prepare the one of %s by hand."
              .formatted(image.format(), disk.target()));
    }
    if (!FILE_POOLS.contains(place.pool().type())) {
      obstacle(
          disk.target(),
          pointer,
          "A volume in a pool of type %s can't be made; prepare the one of %s by hand."
              .formatted(place.pool().type(), disk.target()));
    }
    if (original(image).map(StorageVolume::encrypted).orElse(false)) {
      obstacle(
          disk.target(),
          pointer,
          "%s is encrypted, and its key is not virt-ferry's to use; prepare its image by hand."
              .formatted(disk.target()));
    }
    if (disk.capacityBytes() == 0) {
      obstacle(
          disk.target(),
          pointer,
          "The size of %s can't be read, so no image can be made for it; prepare it by hand."
              .formatted(disk.target()));
    }
  }

  /** What is not copied has to be at the destination, as far as a pool lets us look. */
  private void requirePresent(DomainDisk disk) {
    DiskImage image = disk.image();
    if (image == null || disk.dispensable() || !image.type().equals("file")) {
      return;
    }
    String path = image.location();
    if (destination.covering(path).isPresent() && destination.volume(path).isEmpty()) {
      obstacle(
          disk.target(),
          "#/destUri",
          "%s (%s) is not copied and is missing on %s; put it there, or take it out of the domain."
              .formatted(disk.target(), path, destination.name()));
    }
  }

  /**
   * An overlay is worth nothing on another backing image than its own.
   *
   * @return the image on both hosts; empty when it is one and the same, or something is in the way
   */
  private Optional<BackingImage> backing(DomainDisk disk, DiskImage beneath, String pointer) {
    if (shared.covers(beneath, source.pools())) {
      return Optional.empty();
    }
    Optional<StorageVolume> here = volume(source, beneath);
    Optional<StorageVolume> there = volume(destination, beneath);
    String why =
        here.isEmpty() || there.isEmpty()
            ? "no pool of %s has it".formatted(here.isEmpty() ? source.name() : destination.name())
            : difference(here.get(), there.get());
    if (!why.isEmpty()) {
      obstacle(
          disk.target(),
          pointer,
          "The backing image %s of %s must be on %s and be the same: %s. Copy it there, or copy the"
                  .formatted(beneath.location(), disk.target(), destination.name(), why)
              + " disk in full.");
      return Optional.empty();
    }
    return Optional.of(
        new BackingImage(
            beneath.location(),
            here.orElseThrow().format(),
            here.orElseThrow().capacityBytes(),
            BackingImage.Volume.of(here.orElseThrow()),
            BackingImage.Volume.of(there.orElseThrow())));
  }

  /** What tells two images apart without reading them; empty when nothing does. */
  private String difference(StorageVolume here, StorageVolume there) {
    if (here.capacityBytes() != there.capacityBytes()) {
      return difference("bytes", here.capacityBytes(), there.capacityBytes());
    }
    if (!here.format().equals(there.format())) {
      return difference("as its format", here.format(), there.format());
    }
    // Equal content may be allocated in another way; who reads it need not guess.
    return wish.verify() == BackingCheck.SIZE && here.allocationBytes() != there.allocationBytes()
        ? difference("bytes allocated", here.allocationBytes(), there.allocationBytes())
        : "";
  }

  private String difference(String what, Object here, Object there) {
    return "it has %s %s on %s and %s on %s"
        .formatted(here, what, source.name(), there, destination.name());
  }

  private static Optional<StorageVolume> volume(PoolView view, DiskImage image) {
    return switch (image.type()) {
      case "file" -> view.volume(image.location());
      case "volume" -> {
        int slash = image.location().indexOf('/');
        yield view.volume(
            image.location().substring(0, slash), image.location().substring(slash + 1));
      }
      default -> Optional.empty();
    };
  }

  private Optional<StorageVolume> original(DiskImage image) {
    return volume(source, image);
  }

  private @Nullable Original from(DiskImage image) {
    return original(image)
        .map(volume -> new Original(volume.pool(), volume.name(), volume.path()))
        .orElse(null);
  }

  private VolumeSpec spec(DomainDisk disk, DiskImage image, Place place) {
    Optional<StorageVolume> original = original(image);
    @Nullable DiskImage backing = wish.mode() == CopyMode.INCREMENTAL ? image.backing() : null;
    return new VolumeSpec(
        place.pool().name(),
        place.name(),
        image.format(),
        disk.capacityBytes(),
        image.format().equals("qcow2")
            ? original.map(StorageVolume::layout).orElse(Layout.USUAL)
            : null,
        original.map(StorageVolume::permissions).orElse(null),
        backing == null ? null : new Backing(backing.location(), backing.format()));
  }

  /** A copy in full carries what is in the images beneath as well. */
  private long bytesToCopy(DomainDisk disk, DiskImage image) {
    long bytes = allocation(disk, image);
    if (wish.mode() == CopyMode.FULL) {
      for (DiskImage beneath : image.chain()) {
        bytes += original(beneath).map(StorageVolume::allocationBytes).orElse(disk.capacityBytes());
      }
    }
    return disk.capacityBytes() == 0 ? bytes : Math.min(bytes, disk.capacityBytes());
  }

  private long allocation(DomainDisk disk, DiskImage image) {
    long unknown = disk.allocationBytes() == 0 ? disk.capacityBytes() : disk.allocationBytes();
    return original(image).map(StorageVolume::allocationBytes).orElse(unknown);
  }

  /** Counts what each pool will have to hold: what is allocated at the source; copies are thin. */
  private void requireRoom() {
    for (StoragePool pool : destination.pools()) {
      long bytes = growth.getOrDefault(pool.name(), 0L);
      long promised = wish.promised().getOrDefault(pool.name(), 0L);
      if (bytes > 0 && bytes + promised > pool.availableBytes()) {
        obstacle(
            null,
            "#/disks",
            "The disks need %d bytes in pool %s on %s, which has %d free%s; make room there."
                .formatted(
                    bytes,
                    pool.name(),
                    destination.name(),
                    pool.availableBytes(),
                    promised == 0
                        ? ""
                        : " and will get %d by other migrations".formatted(promised)));
      }
    }
  }

  private void obstacle(@Nullable String target, String pointer, String detail) {
    obstacles.add(
        new Obstacle(
            target,
            new Problem(DESTINATION_STORAGE, detail, List.of(new FieldError(pointer, detail)))));
  }
}
