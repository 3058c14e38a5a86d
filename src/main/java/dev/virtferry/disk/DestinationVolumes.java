package dev.virtferry.disk;

import dev.virtferry.libvirt.Acceptance.Answer;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostPath;
import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.libvirt.Need.HostFile;
import dev.virtferry.libvirt.Need.Listener;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.VolumeSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The images that copied disks need at the destination: planned and made through pools. */
@Component
public final class DestinationVolumes {

  private final Storage storage;
  private final FilesInUse files;
  private final SharedStorage shared;

  DestinationVolumes(Storage storage, FilesInUse files, SharedStorage shared) {
    this.storage = storage;
    this.files = files;
    this.shared = shared;
  }

  /** Begins to look at a destination; it is kept for as long as one plan takes, and no longer. */
  public Look look(HostAddress destination, HostAddress source) {
    return new Look(destination, source);
  }

  /** What is asked of one destination for one plan: its storage and its domains are read once. */
  public final class Look {

    private final HostAddress destination;
    private final HostAddress source;
    private @Nullable PoolView pools;
    private FilesInUse.@Nullable Look names;

    private Look(HostAddress destination, HostAddress source) {
      this.destination = destination;
      this.source = source;
    }

    private PoolView pools() {
      if (pools == null) {
        pools = new PoolView(storage, destination, storage.allPools(destination));
      }
      return pools;
    }

    private FilesInUse.Look names() {
      if (names == null) {
        names = files.look(destination, pools(), source);
      }
      return names;
    }

    /**
     * Plans an image for each disk. Changes nothing.
     *
     * @param sourcePools of the source, as they are now
     */
    public Placement plan(CopyWish wish, List<StoragePool> sourcePools) {
      if (wish.isForNothing()) {
        return Placement.NONE;
      }
      var here = new PoolView(storage, source, sourcePools);
      return new VolumePlanner(new VolumePlanInput(wish, here, pools(), names(), shared))
          .placement();
    }

    /** What a definition names, by the path that it has at the destination if a pool tells it. */
    public NamedFile placed(NamedFile file) {
      return switch (file.kind()) {
        case VOLUME -> pools().path(file.name()).map(file::at).orElse(file);
        case PATH, FOLDER, NETWORK -> file;
      };
    }

    /**
     * Who else names files of the destination.
     *
     * @param domain that asks, and is left out
     * @return what follows the path in a sentence, once for each domain, by path; without the paths
     *     that nobody names
     */
    public Map<String, List<String>> namers(List<String> paths, UUID domain) {
      return claims(paths, path -> names().holders(path, domain).stream());
    }

    /** Who writes, or binds, files of the destination that a domain is to read or connect to. */
    public Map<String, List<String>> writers(List<String> paths, UUID domain) {
      return claims(
          paths,
          path ->
              names().writers(path, pools().shown(path).orElse(null), domain).stream()
                  .filter(Claim::isCertain));
    }

    /** The domain that has the place where another is to listen, if one has. */
    public Optional<UUID> bars(Listener listener, UUID domain) {
      return names().bars(listener, domain);
    }

    /**
     * Whether a path is there, as far as pools show it. They show no special files, and none whose
     * names begin with a dot.
     */
    public Answer has(HostFile file) {
      return switch (file.kind()) {
        case FILE -> hasFile(file.path());
        case FOLDER -> hasFolder(HostPath.of(file.path())) ? Answer.YES : Answer.UNKNOWN;
        case SPECIAL -> Answer.UNKNOWN;
      };
    }

    private Answer hasFile(String path) {
      Optional<StoragePool> pool = pools().covering(path).filter(ImageRules::ofFiles);
      if (pool.isEmpty() || HostPath.fileName(path).startsWith(".")) {
        return Answer.UNKNOWN;
      }
      if (pools().shown(path).isPresent()) {
        return Answer.YES;
      }
      return pools().hidden().contains(pool.get().name()) ? Answer.UNKNOWN : Answer.NO;
    }

    private boolean hasFolder(HostPath folder) {
      return pools().pools().stream()
          .map(StoragePool::path)
          .anyMatch(path -> !path.isEmpty() && HostPath.of(path).startsWith(folder));
    }

    private Map<String, List<String>> claims(
        List<String> paths, Function<String, Stream<Claim>> ask) {
      Map<String, List<String>> claims = new HashMap<>();
      for (String path : paths) {
        List<String> words = ask.apply(path).map(Claim::words).toList();
        if (!words.isEmpty()) {
          claims.put(path, words);
        }
      }
      return claims;
    }
  }

  /**
   * Makes a planned image, larger than it is to be. It is new: one that exists makes this fail.
   *
   * @param bornBytes its capacity until {@link #trim}
   */
  public void make(VolumePlan plan, long bornBytes, HostAddress destination) {
    storage.create(destination, planned(plan).withCapacity(bornBytes));
  }

  /** Gives an image that was made its planned capacity. */
  public void trim(VolumePlan plan, HostAddress destination) {
    VolumeSpec volume = planned(plan);
    storage.shrink(destination, volume.pool(), volume.name(), volume.capacityBytes());
  }

  private static VolumeSpec planned(VolumePlan plan) {
    return Objects.requireNonNull(plan.volume());
  }

  /** Whether a planned image that a pool knows is still there. */
  public boolean stands(VolumePlan plan, HostAddress destination) {
    VolumeSpec volume = plan.volume();
    return volume == null || storage.stands(destination, volume.pool(), volume.name());
  }

  /** A volume that libvirt knows, as it is now; cheap. */
  public Optional<StorageVolume> glance(String pool, String name, HostAddress host) {
    return storage.volume(host, pool, name);
  }

  /** The capacity in bytes of the volume that has this name in the pool now, if there is one. */
  public Optional<Long> capacity(String pool, String name, HostAddress host) {
    return new PoolView(storage, host, List.of())
        .volume(pool, name)
        .map(StorageVolume::capacityBytes);
  }
}
