package dev.virtferry.migration.plan;

import dev.virtferry.access.Scope;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainName;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Hypervisor;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/**
 * The domains of hosts, as far as a caller may know of them. Of others a host is asked for the name
 * at most, as it is for one that is not there: not even the time of an answer tells of them.
 */
@Component
public final class DomainsInScope {

  private final Hypervisor hypervisor;

  public DomainsInScope(Hypervisor hypervisor) {
    this.hypervisor = hypervisor;
  }

  /**
   * All of a host.
   *
   * @throws dev.virtferry.libvirt.HostUnreachable when it could not be asked
   */
  public List<DomainDescription> all(Host host, Scope scope) {
    List<UUID> named =
        hypervisor.queries().domains(host.address()).stream()
            .filter(domain -> scope.hasDomain(domain.name()))
            .map(DomainName::uuid)
            .toList();
    return hypervisor.queries().describe(host.address(), named).stream()
        .filter(domain -> scope.hasDomain(domain.name()))
        .toList();
  }

  /**
   * The domain of that name or UUID.
   *
   * @throws dev.virtferry.libvirt.HostUnreachable when the host could not be asked
   */
  public Optional<DomainDescription> describe(Host host, String nameOrUuid, Scope scope) {
    return mayBeThere(host, nameOrUuid, scope)
        ? hypervisor
            .queries()
            .describe(host.address(), nameOrUuid)
            .filter(found -> scope.hasDomain(found.name()))
        : Optional.empty();
  }

  /** Its state. A glance does not tell the name, by which some callers are bound. */
  Optional<DomainState> glance(Host host, String nameOrUuid, Scope scope) {
    return scope.hasAllDomains()
        ? hypervisor.queries().glance(host.address(), nameOrUuid)
        : describe(host, nameOrUuid, scope).map(DomainDescription::state);
  }

  private boolean mayBeThere(Host host, String nameOrUuid, Scope scope) {
    return scope.hasDomain(nameOrUuid)
        || uuid(nameOrUuid)
            .flatMap(uuid -> hypervisor.queries().name(host.address(), uuid))
            .filter(scope::hasDomain)
            .isPresent();
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
