package dev.virtferry.disk;

import dev.virtferry.disk.image.IncomparableImage;
import dev.virtferry.disk.image.Qcow2Header;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.StorageVolume;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Deletes volumes, but none that anybody names, and none that may be a file with other names. */
@Component
public final class VolumeRemoval {

  private final Storage storage;
  private final FilesInUse files;

  VolumeRemoval(Storage storage, FilesInUse files) {
    this.storage = storage;
    this.files = files;
  }

  /** A volume to be deleted, by its names. */
  public record Doomed(String pool, String name) {}

  /** Begins to delete volumes that were made on one host for nothing. */
  public Round rollback(HostAddress host) {
    return new Round(host, List.of(), Claim::barsNew, false);
  }

  /** Begins to delete volumes of one host for others that are made in their place. */
  public Round replacement(HostAddress host) {
    return new Round(host, List.of(), _ -> true, false);
  }

  /**
   * Begins to delete volumes of one host. Definitions are read at the first of them, so a round is
   * for what is deleted at once.
   *
   * @param apart paths of the host that are known to be files of their own, whatever they look like
   */
  public Round round(HostAddress host, List<String> apart) {
    return new Round(host, apart, _ -> true, true);
  }

  /** What is deleted in one go. */
  public final class Round {

    private final HostAddress host;
    private final List<String> apart;
    private final Predicate<Claim> bars;
    private final boolean ofOriginals;
    private @Nullable PoolView pools;
    private FilesInUse.@Nullable Look look;

    private Round(
        HostAddress host, List<String> apart, Predicate<Claim> bars, boolean ofOriginals) {
      this.host = host;
      this.apart = apart;
      this.bars = bars;
      this.ofOriginals = ofOriginals;
    }

    /**
     * Deletes a volume; one that is gone already is no failure.
     *
     * @param known whether this is the volume that is meant
     * @return why it was left, as a sentence; empty when it was not
     */
    public Optional<String> delete(Doomed volume, Predicate<StorageVolume> known) {
      Optional<StorageVolume> found = pools().volume(volume.pool(), volume.name());
      Optional<String> why = found.flatMap(there -> reason(there, known));
      if (why.isEmpty()) {
        storage.delete(host, volume.pool(), volume.name());
      }
      return why;
    }

    private PoolView pools() {
      if (pools == null) {
        pools = new PoolView(storage, host, storage.allPools(host));
      }
      return pools;
    }

    private static final String ANOTHER =
        "Another file has its name by now, or somebody else wrote into it.";

    private Optional<String> reason(StorageVolume there, Predicate<StorageVolume> known) {
      // Whose it is tells more than that it is another: QEMU counts a data file with its image.
      return claims(there)
          .filter(bars)
          .map(claim -> "%s %s.".formatted(there.path(), claim.words()))
          .findFirst()
          .or(() -> known.test(there) ? Optional.empty() : Optional.of(ANOTHER))
          .or(() -> ofOriginals ? whatItsCopyLacks(there) : Optional.empty());
    }

    /**
     * A copy has what the guest sees, and nothing else of the image. A pool tells the format that a
     * file had when the pool was last read, so its first bytes tell here.
     */
    private Optional<String> whatItsCopyLacks(StorageVolume there) {
      try {
        return whatItsCopyLacks(there.path(), Qcow2Header.of(pools().reader(there)));
      } catch (IncomparableImage e) {
        return there.format().equals("qcow2")
            ? Optional.of(
                "%s can't be read for snapshots and bitmaps, because %s."
                    .formatted(there.path(), e.getMessage()))
            : Optional.empty();
      }
    }

    private static Optional<String> whatItsCopyLacks(String path, Qcow2Header header) {
      if (header.externalFile() != null) {
        return Optional.of(
            "%s is not all of its image, which keeps its data in %s."
                .formatted(path, header.externalFile()));
      }
      return header.snapshots() == 0 && !header.bitmaps()
          ? Optional.empty()
          : Optional.of("%s holds snapshots or bitmaps, which its copy may lack.".formatted(path));
    }

    private Stream<Claim> claims(StorageVolume there) {
      if (look == null) {
        look = files.look(host, pools(), null);
      }
      List<Claim> claims = look.claims(there.path(), there, null);
      Stream<Claim> others =
          look.otherNames(there).stream()
              .filter(path -> !apart.contains(path))
              .map(path -> new Claim(Claim.Kind.OTHER_NAME, host.name(), null, path));
      return Stream.of(claims.stream(), others, look.hidden().stream()).flatMap(some -> some);
    }
  }
}
