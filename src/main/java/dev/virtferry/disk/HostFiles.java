package dev.virtferry.disk;

import dev.virtferry.disk.Claim.Kind;
import dev.virtferry.disk.NamedPath.Use;
import dev.virtferry.disk.image.WrittenName;
import dev.virtferry.libvirt.DomainFiles;
import dev.virtferry.libvirt.HostPath;
import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.StorageVolume.Backing;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files that one host's domains name, during one look. libvirt resolves no links, and nobody
 * but the host could; so two volumes that look alike are taken for one file.
 */
final class HostFiles {

  private final PoolView pools;
  private final List<DomainFiles> domains;
  private final FilesBeside beside;
  private final Map<UUID, Set<NamedPath>> told = new HashMap<>();
  private final Map<UUID, Set<NamedPath>> read = new HashMap<>();

  HostFiles(PoolView pools, List<DomainFiles> domains) {
    this.pools = pools;
    this.domains = domains;
    this.beside = new FilesBeside(pools);
  }

  /**
   * Who has the path by a definition, however it is written there.
   *
   * @param except the domain that asks; null to leave out none
   */
  List<Claim> namers(String path, @Nullable UUID except) {
    return withPools(
        path,
        claims(
            except,
            domain -> domain.files().stream().map(this::name),
            (domain, name) -> claim(domain, name, path, null)));
  }

  /**
   * Whose the file is, or may be: one claim for each domain. What is beneath images is read through
   * the pools where a definition does not tell it, and so are their headers where all that told of
   * nobody: that costs a call for each image.
   *
   * @param volume the file as a pool shows it; null where none does, and then only names count
   * @param except the domain that asks; null to leave out none
   */
  List<Claim> claims(String path, @Nullable StorageVolume volume, @Nullable UUID except) {
    return claims(path, volume, except, _ -> true);
  }

  /** The same, of those alone who write into it, or may. */
  List<Claim> writers(String path, @Nullable StorageVolume volume, @Nullable UUID except) {
    return claims(path, volume, except, name -> !name.readOnly());
  }

  private List<Claim> claims(
      String path,
      @Nullable StorageVolume volume,
      @Nullable UUID except,
      Predicate<NamedPath> counts) {
    BiFunction<UUID, NamedPath, Optional<Claim>> claim =
        (domain, name) -> claim(domain, name, path, volume);
    List<Claim> claims =
        withPools(path, claims(except, domain -> told(domain).stream().filter(counts), claim));
    return claims.stream().anyMatch(Claim::barsNew)
        ? claims
        : claims(except, domain -> read(domain).stream().filter(counts), claim);
  }

  /** With the pools that a device is a part of; no domain names it, and theirs is what is on it. */
  private List<Claim> withPools(String path, List<Claim> claims) {
    return Stream.concat(
            claims.stream(), pools.defined().madeOf(path).map(pool -> claim(Kind.POOL, null, pool)))
        .toList();
  }

  private List<Claim> claims(
      @Nullable UUID except,
      Function<DomainFiles, Stream<NamedPath>> names,
      BiFunction<UUID, NamedPath, Optional<Claim>> claim) {
    return domains.stream()
        .filter(domain -> !domain.domain().equals(except))
        .flatMap(domain ->
            names
                .apply(domain)
                .flatMap(name -> claim.apply(domain.domain(), name).stream())
                .min(Comparator.comparing(Claim::kind))
                .stream())
        .toList();
  }

  private Optional<Claim> claim(
      UUID domain, NamedPath name, String path, @Nullable StorageVolume volume) {
    if (isAround(path, name)) {
      return Optional.of(claim(Kind.AROUND, domain, name.path()));
    }
    if (name.isPath() && Partitions.isPart(path, name.path())) {
      return Optional.of(claim(Kind.PART, domain, name.path()));
    }
    return switch (name.use()) {
      case FILE, RAW -> file(domain, name.path(), path, volume);
      case VOLUME -> volume(domain, name.path(), path, volume);
      case TEXT ->
          new WrittenName(name.path()).mayMean(HostPath.fileName(path))
              ? Optional.of(claim(Kind.MAY_BE_MEANT, domain, name.path()))
              : Optional.empty();
      case FOLDER ->
          normal(path).startsWith(normal(name.path())) || shows(name.path(), volume)
              ? Optional.of(claim(Kind.IN_FOLDER, domain, name.path()))
              : Optional.empty();
      case UNREADABLE -> Optional.of(claim(Kind.UNREADABLE, domain, name.path()));
    };
  }

  /**
   * Nothing lies in what is no folder, but partitions in a device. A folder may get another owner
   * with all that is in it.
   */
  private static boolean isAround(String path, NamedPath name) {
    if (!name.isPath()) {
      return false;
    }
    HostPath within = normal(name.path());
    return (within.startsWith(normal(path)) && !within.equals(normal(path)))
        || Partitions.isPart(name.path(), path);
  }

  /** Whether a pool shows what looks like the volume within a folder. */
  private boolean shows(String folder, @Nullable StorageVolume volume) {
    return volume != null
        && otherNames(volume).stream().anyMatch(path -> normal(path).startsWith(normal(folder)));
  }

  private Optional<Claim> file(
      UUID domain, String name, String path, @Nullable StorageVolume volume) {
    if (normal(name).equals(normal(path))) {
      return Optional.of(claim(Kind.NAMED, domain, name));
    }
    boolean sameFileName = HostPath.fileName(name).equals(HostPath.fileName(path));
    if (volume != null) {
      Optional<StorageVolume> shown = pools.shown(name);
      if (shown.isPresent()) {
        return shown.get().looksLike(volume)
            ? Optional.of(claim(Kind.LOOKS_THE_SAME, domain, name))
            : Optional.empty();
      }
    } else if (sameFileName) {
      // Where pools show neither, each guest may have a folder, and all of them a disk.qcow2.
      boolean unseen = pools.covering(path).isEmpty();
      sameFileName =
          HostPath.climbs(name)
              || HostPath.climbs(path)
              || (unseen && pools.shown(name).isPresent());
    }
    return sameFileName ? Optional.of(claim(Kind.MAY_BE_THE_SAME, domain, name)) : Optional.empty();
  }

  /** A pool that is not there any more may come back on any folder that shows nothing. */
  private Optional<Claim> volume(
      UUID domain, String name, String path, @Nullable StorageVolume volume) {
    if (normal(name).equals(normal(path))) {
      return Optional.of(claim(Kind.NAMED, domain, name));
    }
    boolean sameFileName = HostPath.fileName(name).equals(HostPath.fileName(path));
    boolean mayBe = sameFileName && (volume != null || pools.covering(path).isEmpty());
    return mayBe || pools.defined().mayBeAt(path, name)
        ? Optional.of(claim(Kind.MAY_BE_THE_SAME, domain, name))
        : Optional.empty();
  }

  /** Whether the data of an image is, or may be, in other files than its own. */
  Optional<Claim> elsewhere(StorageVolume image) {
    return beside
        .of(image)
        .map(paths ->
            paths.isEmpty()
                ? Optional.<Claim>empty()
                : Optional.of(claim(Kind.ELSEWHERE, null, String.join(", ", paths))))
        .orElseGet(() -> Optional.of(claim(Kind.UNREADABLE, null, image.path())));
  }

  /** The paths of other volumes that look like the same file, also if it was linked just now. */
  List<String> otherNames(StorageVolume volume) {
    return pools.pools().stream()
        .flatMap(pool -> pools.volumesNow(pool).stream())
        .filter(volume::looksLike)
        .map(StorageVolume::path)
        .filter(path -> !normal(path).equals(normal(volume.path())))
        .distinct()
        .toList();
  }

  private Claim claim(Kind kind, @Nullable UUID domain, String name) {
    return new Claim(kind, pools.name(), domain, name);
  }

  /** What a domain names, and what is beneath that as pools tell. */
  private Set<NamedPath> told(DomainFiles domain) {
    return told.computeIfAbsent(
        domain.domain(), _ -> reached(domain.files().stream().map(this::name), HostFiles::beneath));
  }

  /** The same with what the headers of images name. */
  private Set<NamedPath> read(DomainFiles domain) {
    return read.computeIfAbsent(
        domain.domain(),
        _ ->
            reached(
                told(domain).stream(),
                (name, image) -> Stream.concat(beneath(name, image), named(name, image))));
  }

  private Set<NamedPath> reached(
      Stream<NamedPath> from, BiFunction<NamedPath, StorageVolume, Stream<NamedPath>> further) {
    Set<NamedPath> found = new LinkedHashSet<>();
    Deque<NamedPath> open = new ArrayDeque<>(from.toList());
    while (!open.isEmpty()) {
      NamedPath name = open.remove();
      if (found.add(name) && name.use() == Use.FILE) {
        pools.shown(name.path()).stream()
            .flatMap(image -> further.apply(name, image))
            .forEach(open::add);
      }
    }
    return found;
  }

  /** Nobody writes into what is beneath. */
  private static Stream<NamedPath> beneath(NamedPath name, StorageVolume image) {
    Backing backing = image.backing();
    return backing == null
        ? Stream.empty()
        : FilesBeside.meant(image, new WrittenName(backing.path()))
            .map(path -> new NamedPath(path, true));
  }

  private Stream<NamedPath> named(NamedPath name, StorageVolume image) {
    return beside
        .of(image)
        .map(paths -> paths.stream().map(path -> new NamedPath(path, name.readOnly())))
        .orElseGet(() -> Stream.of(new NamedPath(image.path(), Use.UNREADABLE, name.readOnly())));
  }

  /** The path of what a definition names; of what has none there, its name. */
  private NamedPath name(NamedFile file) {
    return switch (file.kind()) {
      case PATH, NETWORK -> new NamedPath(file.name(), use(file), file.readOnly());
      case FOLDER -> new NamedPath(file.name(), Use.FOLDER, file.readOnly());
      case VOLUME ->
          pools
              .path(file.name())
              .map(path -> new NamedPath(path, use(file), file.readOnly()))
              .orElseGet(() -> new NamedPath(file.name(), Use.VOLUME, file.readOnly()));
    };
  }

  private static Use use(NamedFile file) {
    if (file.isSlice()) {
      return Use.UNREADABLE;
    }
    return file.isRaw() ? Use.RAW : Use.FILE;
  }

  private static HostPath normal(String path) {
    return HostPath.of(path);
  }
}
