package dev.virtferry.disk;

import dev.virtferry.disk.Claim.Kind;
import dev.virtferry.libvirt.AtOnce;
import dev.virtferry.libvirt.DomainFiles;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.KnownHosts;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.Need.Listener;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.StorageVolume;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Which files the domains of hosts name: what is planned, written over and deleted is looked up
 * here and nowhere else. Every look reads the definitions anew. Where a daemon can't list them, as
 * it keeps a domain locked, what they named before is held against what a guest opens and against
 * new images, and no image that exists is decided about.
 */
@Component
final class FilesInUse {

  private static final Logger log = LoggerFactory.getLogger(FilesInUse.class);

  private final Hypervisor hypervisor;
  private final Storage storage;
  private final SharedStorage shared;
  private final KnownHosts hosts;

  /** What each host told last. */
  private final Map<HostAddress, List<DomainFiles>> told = new ConcurrentHashMap<>();

  FilesInUse(Hypervisor hypervisor, Storage storage, SharedStorage shared, KnownHosts hosts) {
    this.hypervisor = hypervisor;
    this.storage = storage;
    this.shared = shared;
    this.hosts = hosts;
  }

  /**
   * Looks at a host now, and at those that share a path when one is asked about.
   *
   * @param home the host that runs the domain which asks; on every other one a domain of its UUID
   *     is another. Null where no domain asks
   * @throws HostUnreachable when the host does not answer, or has never listed its domains
   */
  Look look(HostAddress host, PoolView pools, @Nullable HostAddress home) {
    try {
      List<DomainFiles> named = hypervisor.queries().namedFiles(host);
      told.put(host, named);
      return new Look(host, pools, named, home, null);
    } catch (HostUnreachable e) {
      List<DomainFiles> before = told.get(host);
      if (e.reason() != HostUnreachable.Reason.LOCKED || before == null) {
        throw e;
      }
      log.warn("What its domains named before is taken for a new file: {}", e.getMessage());
      pools.doubt("%s; what its domains named before was looked at.".formatted(e.getMessage()));
      return new Look(host, pools, before, home, e);
    }
  }

  /** One look; it is kept for as long as one decision takes, and no longer. */
  final class Look {

    private final HostAddress host;
    private final PoolView pools;
    private final List<DomainFiles> domains;
    private final HostFiles known;
    private final @Nullable HostAddress home;
    private final @Nullable HostUnreachable locked;
    private @Nullable List<Neighbour> neighbours;

    private Look(
        HostAddress host,
        PoolView pools,
        List<DomainFiles> domains,
        @Nullable HostAddress home,
        @Nullable HostUnreachable locked) {
      this.host = host;
      this.pools = pools;
      this.domains = domains;
      this.known = new HostFiles(pools, domains);
      this.home = home;
      this.locked = locked;
    }

    /** What the domains name now. */
    private HostFiles own() {
      if (locked != null) {
        throw locked;
      }
      return known;
    }

    /** The domain of the host that has the place where another is to listen, if one has. */
    Optional<UUID> bars(Listener listener, UUID except) {
      return domains.stream()
          .filter(other -> !other.domain().equals(except))
          .filter(other -> other.listeners().stream().anyMatch(listener::bars))
          .map(DomainFiles::domain)
          .findFirst();
    }

    /** Whom to leave out at another host. */
    private @Nullable UUID except(UUID domain, Neighbour neighbour) {
      return neighbour.host.equals(home) ? domain : null;
    }

    /**
     * Who names a path where nothing is; whoever is silent does not matter, as nothing is lost.
     *
     * @param except the domain that asks
     */
    List<Claim> namers(String path, UUID except) {
      List<Claim> claims = new ArrayList<>(known.namers(path, except));
      for (Neighbour neighbour : neighbours(path)) {
        neighbour
            .ask(files -> files.namers(path, except(except, neighbour)))
            .ifPresent(claims::addAll);
      }
      return claims;
    }

    /**
     * Whose a file is, or may be, on every host that sees it, whether it is all of its image, and
     * whether somebody writes into it. What the domain that asks has elsewhere is not left out: a
     * guest whose own disk that is would lose it.
     *
     * @param volume the file as a pool shows it; null where none does
     * @param except the domain that asks, at this host; null to leave out none
     */
    List<Claim> claims(String path, @Nullable StorageVolume volume, @Nullable UUID except) {
      return claims(own(), path, volume, except, _ -> null);
    }

    private List<Claim> claims(
        HostFiles own,
        String path,
        @Nullable StorageVolume volume,
        @Nullable UUID except,
        Function<Neighbour, @Nullable UUID> exceptThere) {
      if (volume != null) {
        pools.listAgain();
      }
      List<Claim> claims = new ArrayList<>(own.claims(path, volume, except));
      for (Neighbour neighbour : neighbours(path)) {
        neighbour
            .ask(files -> files.claims(path, volume, exceptThere.apply(neighbour)))
            .ifPresentOrElse(
                claims::addAll,
                () -> claims.add(new Claim(Kind.SILENT, neighbour.host.name(), null, path)));
      }
      if (volume != null && claims.stream().noneMatch(Claim::barsNew)) {
        own.elsewhere(volume).ifPresent(claims::add);
      }
      // Only of a file that stood still from before to after the lists do these tell every name.
      if (volume != null && pools.isWritten(volume)) {
        claims.add(new Claim(Kind.WRITTEN, host.name(), null, path));
      }
      return claims;
    }

    /**
     * Who has, or may have, a file that a guest opens for writing or binds: where a pool shows it,
     * also beneath images and beside them. Whoever is silent does not matter, and what hosts share
     * the guest itself may be writing at its source.
     *
     * @param except the domain that asks
     */
    List<Claim> holders(String path, UUID except) {
      return pools
          .shown(path)
          .map(volume ->
              claims(known, path, volume, except, neighbour -> except(except, neighbour)).stream()
                  .filter(claim -> claim.kind() != Kind.SILENT)
                  .filter(claim -> claim.kind() != Kind.WRITTEN || !isShared(path))
                  .toList())
          .orElseGet(() -> namers(path, except));
    }

    /**
     * Who writes into a file that a guest is to read, or may: whoever only reads it as well, or has
     * it beneath an image, does not matter, nor does whoever is silent.
     *
     * @param volume the file as a pool shows it; null where none does
     * @param except the domain that asks
     */
    List<Claim> writers(String path, @Nullable StorageVolume volume, UUID except) {
      List<Claim> claims = new ArrayList<>(known.writers(path, volume, except));
      for (Neighbour neighbour : neighbours(path)) {
        neighbour
            .ask(files -> files.writers(path, volume, except(except, neighbour)))
            .ifPresent(claims::addAll);
      }
      return claims;
    }

    /** The paths of other volumes of the host that look like the same file. */
    List<String> otherNames(StorageVolume volume) {
      return own().otherNames(volume);
    }

    /** The pools of which it could not see all, as far as it has looked. */
    List<Claim> hidden() {
      List<Claim> claims = new ArrayList<>(FilesInUse.hidden(pools));
      if (neighbours != null) {
        neighbours.forEach(neighbour -> claims.addAll(neighbour.hidden()));
      }
      return claims;
    }

    /** Whether other hosts see the path as well. */
    boolean isShared(String path) {
      return shared.covers(path, pools.pools());
    }

    private List<Neighbour> neighbours(String path) {
      if (!shared.mayCover(path, pools.pools())) {
        return List.of();
      }
      if (neighbours == null) {
        neighbours =
            hosts.addresses().stream()
                .filter(other -> !other.name().equals(host.name()))
                .map(Neighbour::new)
                .toList();
        AtOnce.ask(neighbours, Neighbour::look);
      }
      return neighbours;
    }
  }

  private static List<Claim> hidden(PoolView pools) {
    return pools.hidden().stream()
        .map(pool -> new Claim(Kind.HIDDEN, pools.name(), null, pool))
        .toList();
  }

  /** Another host, looked at once, beside all others; it may be silent. */
  private final class Neighbour {

    private final HostAddress host;
    private @Nullable PoolView view;
    private @Nullable HostFiles files;

    private Neighbour(HostAddress host) {
      this.host = host;
    }

    private List<Claim> hidden() {
      return view == null ? List.of() : FilesInUse.hidden(view);
    }

    /** Whether it tells which files its domains name. */
    private boolean look() {
      try {
        view = new PoolView(storage, host, storage.allPools(host));
        files = new HostFiles(view, hypervisor.queries().namedFiles(host));
        return true;
      } catch (HostUnreachable | LibvirtFailure e) {
        silent(e);
        return false;
      }
    }

    private void silent(RuntimeException why) {
      log.warn("{} does not tell which files its domains name: {}", host.name(), why.getMessage());
      files = null;
    }

    /** Empty when it can't be asked. */
    private Optional<List<Claim>> ask(Function<HostFiles, List<Claim>> question) {
      if (files == null) {
        return Optional.empty();
      }
      try {
        return Optional.of(question.apply(files));
      } catch (HostUnreachable | LibvirtFailure e) {
        silent(e);
        return Optional.empty();
      }
    }
  }
}
