package dev.virtferry.host.web;

import static dev.virtferry.problem.ProblemType.DOMAIN_NOT_FOUND;
import static dev.virtferry.problem.ProblemType.HOST_NOT_FOUND;

import dev.virtferry.access.Caller;
import dev.virtferry.access.Scope;
import dev.virtferry.disk.DiskSelection;
import dev.virtferry.disk.SharedStorage;
import dev.virtferry.host.EveryHost;
import dev.virtferry.host.Host;
import dev.virtferry.host.Inventory;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.migration.MigrationQueries;
import dev.virtferry.migration.Traffic;
import dev.virtferry.migration.plan.Discretion;
import dev.virtferry.migration.plan.DomainsInScope;
import dev.virtferry.problem.NotThere;
import dev.virtferry.problem.Problem;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Hosts and their domains as they are now. */
@RestController
@RequestMapping(path = "/v1/hosts", produces = "application/json")
@Tag(name = "hosts", description = "See what the hosts of the inventory have.")
class HostController {

  private static final Logger log = LoggerFactory.getLogger(HostController.class);

  private final Inventory inventory;
  private final EveryHost everyHost;
  private final DomainsInScope domains;
  private final Hypervisor hypervisor;
  private final Storage storage;
  private final DiskSelection selection;
  private final SharedStorage shared;
  private final MigrationQueries migrations;

  HostController(
      Inventory inventory,
      EveryHost everyHost,
      DomainsInScope domains,
      Hypervisor hypervisor,
      Storage storage,
      DiskSelection selection,
      SharedStorage shared,
      MigrationQueries migrations) {
    this.inventory = inventory;
    this.everyHost = everyHost;
    this.domains = domains;
    this.hypervisor = hypervisor;
    this.storage = storage;
    this.selection = selection;
    this.shared = shared;
    this.migrations = migrations;
  }

  @GetMapping
  @Operation(
      operationId = "listHosts",
      summary = "List the hosts",
      description = "All of the inventory, in its order, whether they answer or not.")
  @ApiResponse(responseCode = "200", description = "All hosts.")
  HostList hosts(@AuthenticationPrincipal Caller caller) {
    Scope scope = caller.scope();
    Traffic traffic = migrations.traffic(scope);
    return new HostList(
        everyHost.ask(host -> scope.hasHost(host.name()), host -> read(host, traffic)));
  }

  @GetMapping("/{host}")
  @Operation(
      operationId = "getHost",
      summary = "Read a host",
      description = "One that does not answer is not an error: reachable is false.")
  @ApiResponse(responseCode = "200", description = "As it is now.")
  HostResponse host(
      @Parameter(example = "kvm-a") @PathVariable String host,
      @AuthenticationPrincipal Caller caller) {
    return read(named(host, caller.scope()), migrations.traffic(caller.scope()));
  }

  private HostResponse read(Host host, Traffic traffic) {
    try {
      return HostResponse.of(host, true, hypervisor.queries().facts(host.address()), traffic);
    } catch (HostUnreachable e) {
      return HostResponse.of(host, false, null, traffic);
    } catch (LibvirtFailure e) {
      log.warn("{} does not tell its versions: {}", host.name(), e.message());
      return HostResponse.of(host, true, null, traffic);
    }
  }

  @GetMapping("/{host}/domains")
  @Operation(
      operationId = "listDomains",
      summary = "List a host's domains",
      description = "Running or not, by name.")
  @ApiResponse(responseCode = "200", description = "All domains of the host.")
  DomainList domains(
      @Parameter(example = "kvm-a") @PathVariable String host,
      @AuthenticationPrincipal Caller caller) {
    Host found = named(host, caller.scope());
    Pools pools = pools(found, caller.scope());
    return new DomainList(
        domains.all(found, caller.scope()).stream()
            .map(domain -> response(domain, pools))
            .sorted((a, b) -> a.name().compareTo(b.name()))
            .toList());
  }

  @GetMapping("/{host}/domains/{domain}")
  @Operation(
      operationId = "getDomain",
      summary = "Read a domain",
      description = "With its disks, and which of them can be copied.")
  @ApiResponse(responseCode = "200", description = "As it is now.")
  DomainResponse domain(
      @Parameter(example = "kvm-a") @PathVariable String host,
      @Parameter(description = "Name or UUID.", example = "web-01") @PathVariable String domain,
      @AuthenticationPrincipal Caller caller) {
    Host found = named(host, caller.scope());
    return domains
        .describe(found, domain, caller.scope())
        .map(description -> response(description, pools(found, caller.scope())))
        .orElseThrow(() -> noDomain(host, domain));
  }

  private static NotThere noDomain(String host, String domain) {
    return new NotThere(
        Problem.of(
            DOMAIN_NOT_FOUND,
            "Host %s has no domain '%s'; check the name or UUID.".formatted(host, domain)));
  }

  private Host named(String name, Scope scope) {
    return inventory
        .named(name)
        .filter(host -> scope.hasHost(host.name()))
        .orElseThrow(() ->
            new NotThere(
                Problem.of(
                    HOST_NOT_FOUND,
                    "The inventory has no host '%s'; see /v1/hosts.".formatted(name))));
  }

  /**
   * The pools of a host.
   *
   * @param unknown why they can't be told; null when they can
   */
  private record Pools(List<StoragePool> known, @Nullable String unknown) {

    /** Why nothing is to be done with a disk now; null when nothing is known against it. */
    @Nullable String silence(DomainDisk disk) {
      return disk.image() == null
          ? null
          : known.stream()
              .filter(pool -> !pool.answers() && pool.holds(disk.image()))
              .map(pool -> "its pool %s does not answer".formatted(pool.name()))
              .findFirst()
              .orElse(unknown);
    }
  }

  private Pools pools(Host host, Scope scope) {
    try {
      return new Pools(storage.pools(host.address()), null);
    } catch (LibvirtFailure e) {
      if (!e.aboutSilentPool()) {
        throw e;
      }
      return new Pools(List.of(), Discretion.silence(scope));
    }
  }

  private DomainResponse response(DomainDescription domain, Pools pools) {
    return new DomainResponse(
        domain.name(),
        domain.uuid(),
        DomainResponse.State.of(domain.state()),
        domain.persistent(),
        domain.disks().stream().map(disk -> response(domain, disk, pools)).toList());
  }

  private DomainResponse.Disk response(DomainDescription domain, DomainDisk disk, Pools pools) {
    String whyNot =
        selection
            .whyNot(disk, pools.known())
            .orElse(
                domain.answers()
                    ? pools.silence(disk)
                    : "the QEMU of its domain did not answer, or could not be asked, in time");
    return DomainResponse.Disk.of(disk, shared.holds(disk, pools.known()), whyNot);
  }

  /** All hosts. */
  @Schema(name = "HostList")
  record HostList(List<HostResponse> items) {}

  /** All domains of a host. */
  @Schema(name = "DomainList")
  record DomainList(List<DomainResponse> items) {}
}
