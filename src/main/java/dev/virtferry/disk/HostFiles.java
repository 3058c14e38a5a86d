package dev.virtferry.disk;

import dev.virtferry.disk.Claim.Kind;
import dev.virtferry.libvirt.DomainFiles;
import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.StorageVolume.Backing;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The files that one host's domains name, during one look. libvirt resolves no links, and nobody
 * but the host could; so two volumes that look alike are taken for one file.
 */
final class HostFiles {

  private final PoolView pools;
  private final List<DomainFiles> domains;
  private final Map<UUID, Set<String>> reached = new HashMap<>();

  HostFiles(PoolView pools, List<DomainFiles> domains) {
    this.pools = pools;
    this.domains = domains;
  }

  /**
   * Who names the path in a definition, however it is written there.
   *
   * @param except the domain that asks; null to leave out none
   */
  List<Claim> namers(String path, @Nullable UUID except) {
    List<Claim> claims = new ArrayList<>();
    for (DomainFiles domain : domains) {
      if (!domain.domain().equals(except)) {
        domain.files().stream()
            .map(this::location)
            .filter(name -> normal(name).equals(normal(path)))
            .findFirst()
            .ifPresent(name -> claims.add(claim(Kind.NAMED, domain.domain(), name)));
      }
    }
    return claims;
  }

  /**
   * Whose the file is, or may be: one claim for each domain. What is beneath images is read through
   * the pools where a definition does not tell it.
   *
   * @param volume the file as a pool shows it; null where none does, and then only names count
   * @param except the domain that asks; null to leave out none
   */
  List<Claim> claims(String path, @Nullable StorageVolume volume, @Nullable UUID except) {
    List<Claim> claims = new ArrayList<>();
    for (DomainFiles domain : domains) {
      if (!domain.domain().equals(except)) {
        reached(domain).stream()
            .flatMap(name -> claim(domain.domain(), name, path, volume).stream())
            .min(Comparator.comparing(Claim::kind))
            .ifPresent(claims::add);
      }
    }
    return claims;
  }

  private Optional<Claim> claim(
      UUID domain, String name, String path, @Nullable StorageVolume volume) {
    if (normal(name).equals(normal(path))) {
      return Optional.of(claim(Kind.NAMED, domain, name));
    }
    if (volume == null) {
      return Optional.empty();
    }
    Optional<StorageVolume> shown = pools.shown(name);
    if (shown.isPresent()) {
      return shown.get().looksLike(volume)
          ? Optional.of(claim(Kind.LOOKS_THE_SAME, domain, name))
          : Optional.empty();
    }
    return PoolView.fileName(name).equals(PoolView.fileName(path))
        ? Optional.of(claim(Kind.MAY_BE_THE_SAME, domain, name))
        : Optional.empty();
  }

  /** The paths of other volumes that look like the same file. */
  List<String> otherNames(StorageVolume volume) {
    return pools.pools().stream()
        .flatMap(pool -> pools.volumes(pool).stream())
        .filter(volume::looksLike)
        .map(StorageVolume::path)
        .filter(path -> !normal(path).equals(normal(volume.path())))
        .distinct()
        .toList();
  }

  private Claim claim(Kind kind, UUID domain, String name) {
    return new Claim(kind, pools.name(), domain, name);
  }

  /** What a domain names, and what is beneath that. */
  private Set<String> reached(DomainFiles domain) {
    return reached.computeIfAbsent(
        domain.domain(),
        _ -> {
          Set<String> found = new LinkedHashSet<>();
          Deque<String> open = new ArrayDeque<>();
          domain.files().stream().map(this::location).forEach(open::add);
          while (!open.isEmpty()) {
            String name = open.remove();
            if (found.add(name)) {
              pools
                  .shown(name)
                  .map(StorageVolume::backing)
                  .filter(Objects::nonNull)
                  .map(Backing::path)
                  .ifPresent(open::add);
            }
          }
          return found;
        });
  }

  /** The path of what a definition names; of what has none there, its name. */
  private String location(NamedFile file) {
    return switch (file.kind()) {
      case PATH, NETWORK -> file.name();
      case VOLUME ->
          pools
              .named(PoolView.pool(file.name()))
              .filter(pool -> !pool.path().isEmpty())
              .map(pool -> pool.path() + "/" + PoolView.volumeName(file.name()))
              .orElse(file.name());
    };
  }

  private static Path normal(String path) {
    return Path.of(path).normalize();
  }
}
