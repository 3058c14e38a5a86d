package dev.virtferry.disk;

import static java.util.stream.Collectors.joining;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostPath;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.VolumeReader;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The storage of one host, as far as its pools show it, during one look. */
final class PoolView {

  private final Storage storage;
  private final HostAddress host;
  private final List<StoragePool> pools;
  private final DefinedPools defined;
  private final Map<String, Optional<StorageVolume>> seen = new HashMap<>();
  private final Map<String, List<StorageVolume>> listed = new HashMap<>();
  private final Set<String> readAnew = new HashSet<>();
  private final Set<String> unlisted = new HashSet<>();
  private final Set<String> stale = new HashSet<>();
  private final Set<String> doubts = new LinkedHashSet<>();

  /**
   * Begins to look.
   *
   * @param pools the host's, with or without those that are not active
   */
  PoolView(Storage storage, HostAddress host, List<StoragePool> pools) {
    this.storage = storage;
    this.host = host;
    this.pools = pools.stream().filter(StoragePool::isActive).toList();
    this.defined = new DefinedPools(pools);
  }

  /** The host's name. */
  String name() {
    return host.name();
  }

  /** The active ones; only these show anything. */
  List<StoragePool> pools() {
    return pools;
  }

  DefinedPools defined() {
    return defined;
  }

  /** The names of the pools, for people. */
  String names() {
    return pools.isEmpty() ? "none" : pools.stream().map(StoragePool::name).collect(joining(", "));
  }

  /** What is free in a pool, which is read anew for it. */
  long availableBytes(StoragePool pool) {
    readAnew(pool.name());
    return storage.pools(host).stream()
        .filter(now -> now.name().equals(pool.name()))
        .mapToLong(StoragePool::availableBytes)
        .findFirst()
        .orElse(0);
  }

  /** What this look could not see, as sentences. */
  Set<String> doubts() {
    return doubts;
  }

  /** One more of them. */
  void doubt(String words) {
    doubts.add(words);
  }

  Optional<StoragePool> named(String name) {
    return pools.stream().filter(pool -> pool.name().equals(name)).findFirst();
  }

  /**
   * The pool whose directory a file lies in directly: pools do not look into subdirectories. Behind
   * {@code ..} nobody knows: a folder before it may be a link, and then the host goes elsewhere.
   */
  Optional<StoragePool> covering(String file) {
    if (HostPath.climbs(file)) {
      return Optional.empty();
    }
    HostPath path = HostPath.of(file);
    return pools.stream().filter(pool -> isDirectlyIn(pool, path)).findFirst();
  }

  /**
   * A volume by its name; where the pool does not know it, it may have been put there since the
   * pool was last read, so that is read anew.
   */
  Optional<StorageVolume> volume(String pool, String name) {
    return seen.computeIfAbsent(
        pool + "/" + name,
        _ -> {
          Optional<StorageVolume> known = storage.volume(host, pool, name);
          return known.isEmpty() && readAnew(pool) ? storage.volume(host, pool, name) : known;
        });
  }

  /** Reads a pool anew, once in a look; whether it was now. */
  private boolean readAnew(String pool) {
    if (!readAnew.add(pool)) {
      return false;
    }
    listed.remove(pool);
    Optional<String> whyNot = storage.readAnew(host, pool);
    whyNot.ifPresent(why -> {
      doubts.add(why);
      stale.add(pool);
    });
    return whyNot.isEmpty();
  }

  /** Whether what is not seen in a pool may be there, as the pool could not be read anew. */
  boolean isStale(StoragePool pool) {
    return stale.contains(pool.name());
  }

  /** Where a volume is, or would be made. Those of devices have paths that no name tells. */
  String path(StoragePool pool, String name) {
    String file = pool.path() + "/" + name;
    return ImageRules.ofFiles(pool)
        ? file
        : volume(pool.name(), name).map(StorageVolume::path).orElse(file);
  }

  /**
   * Where a volume is that is named by its pool, active or not.
   *
   * @param volume such as images/web.raw
   * @return empty when nobody can tell
   */
  Optional<String> path(String volume) {
    return named(pool(volume))
        .filter(pool -> !pool.path().isEmpty())
        .map(pool -> path(pool, volumeName(volume)))
        .or(() -> defined.path(volume));
  }

  /** The names of the pools of which this look could not see all volumes. */
  List<String> hidden() {
    return pools.stream()
        .filter(pool -> !pool.answers() || unlisted.contains(pool.name()))
        .map(StoragePool::name)
        .toList();
  }

  /** All volumes of a pool; one that hangs, or can't be listed, shows nothing. */
  List<StorageVolume> volumes(StoragePool pool) {
    return listed.computeIfAbsent(pool.name(), this::answered);
  }

  /** Lists all pools anew, as what was seen before may have been written into since. */
  void listAgain() {
    // One that hangs is not waited for again.
    listed.keySet().retainAll(unlisted);
    pools.forEach(this::volumesNow);
  }

  /** Whether a volume has been written into, or is gone, since it was read. */
  boolean isWritten(StorageVolume volume) {
    return again(volume)
        .map(now -> !Objects.equals(now.timestamps(), volume.timestamps()))
        .orElse(true);
  }

  /** A volume that was read, as it is by now. */
  Optional<StorageVolume> again(StorageVolume volume) {
    return storage.volume(host, volume.pool(), volume.name());
  }

  /** The same, with those that came since the pool was last read. */
  List<StorageVolume> volumesNow(StoragePool pool) {
    readAnewForOthers(pool);
    return volumes(pool);
  }

  private List<StorageVolume> answered(String pool) {
    try {
      return storage.volumes(host, pool);
    } catch (LibvirtFailure e) {
      unlisted.add(pool);
      doubts.add(
          e.aboutSilentPool()
              ? e.message() + "."
              : "The volumes of pool %s of %s can't be listed: %s."
                  .formatted(pool, host.name(), e.message()));
      return List.of();
    }
  }

  /** The volume at a path, by whichever pool shows it. */
  Optional<StorageVolume> shown(String file) {
    if (HostPath.climbs(file)) {
      return Optional.empty();
    }
    HostPath path = HostPath.of(file);
    return pools.stream()
        .filter(pool -> isDirectlyIn(pool, path))
        .flatMap(pool -> shown(pool, path).stream())
        .findFirst();
  }

  /** A volume as its header is now: a pool knows what that was when the pool was last read. */
  StorageVolume now(StorageVolume known) {
    return shownNow(known.path()).orElse(known);
  }

  /** The same at a path. */
  Optional<StorageVolume> shownNow(String file) {
    covering(file).ifPresent(this::readAnewForOthers);
    return shown(file);
  }

  private Optional<StorageVolume> shown(StoragePool pool, HostPath path) {
    Optional<StorageVolume> known = at(path, volumes(pool));
    return known.isEmpty() && readAnewForOthers(pool) ? at(path, volumes(pool)) : known;
  }

  /** The same where what hangs is not what is asked for. */
  private boolean readAnewForOthers(StoragePool pool) {
    try {
      return readAnew(pool.name());
    } catch (LibvirtFailure e) {
      doubts.add(e.message() + ".");
      return false;
    }
  }

  private static Optional<StorageVolume> at(HostPath path, List<StorageVolume> volumes) {
    return volumes.stream().filter(volume -> HostPath.of(volume.path()).equals(path)).findFirst();
  }

  static boolean isDirectlyIn(StoragePool pool, HostPath path) {
    return !pool.path().isEmpty()
        && path.steps().stream().allMatch(ImageRules::isShown)
        && !HostPath.climbs(pool.path())
        && HostPath.of(pool.path()).equals(path.parent());
  }

  /** The volume behind an image, where a pool has it. */
  Optional<StorageVolume> volume(DiskImage image) {
    String location = image.location();
    return switch (image.type()) {
      case FILE ->
          covering(location).flatMap(pool -> volume(pool.name(), HostPath.fileName(location)));
      case VOLUME -> volume(pool(location), volumeName(location));
      case BLOCK, DIR, NETWORK, NVME, VHOSTUSER, VHOSTVDPA, UNKNOWN -> Optional.empty();
    };
  }

  /** Reads small pieces of a volume, each by a call of its own. */
  VolumeReader reader(StorageVolume volume) {
    return new VolumeReader() {
      @Override
      public void read(long offset, byte[] into) {
        byte[] read = storage.read(host, volume.pool(), volume.name(), offset, into.length);
        System.arraycopy(read, 0, into, 0, into.length);
      }

      @Override
      public void close() {}
    };
  }

  /** Whether all of a volume reads as zeroes. */
  boolean readsAsZeroes(StorageVolume volume) {
    return storage.readsAsZeroes(host, volume.pool(), volume.name());
  }

  /** Of the location of a disk of type volume, which is its pool and name: images/web-01.qcow2. */
  static String pool(String location) {
    return location.substring(0, location.indexOf('/'));
  }

  static String volumeName(String location) {
    return location.substring(location.indexOf('/') + 1);
  }
}
