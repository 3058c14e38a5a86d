package dev.virtferry.libvirt.client;

import static dev.virtferry.libvirt.client.DomainLookup.lookedUp;
import static dev.virtferry.libvirt.client.DomainLookup.withDomain;
import static java.util.stream.Collectors.toMap;

import dev.virtferry.libvirt.Acceptance;
import dev.virtferry.libvirt.CarriedDefinition;
import dev.virtferry.libvirt.Checkpoint;
import dev.virtferry.libvirt.Definition;
import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainFiles;
import dev.virtferry.libvirt.DomainName;
import dev.virtferry.libvirt.DomainQueries;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.ErrorDomain;
import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.Hindrance;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostFacts;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.Machine;
import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.libvirt.Need;
import dev.virtferry.libvirt.Relocation;
import dev.virtferry.libvirt.xml.DomainXml;
import dev.virtferry.libvirt.xml.MovedDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link DomainQueries} on libvirt-java. Native calls are made on platform threads only. */
public final class LibvirtQueries implements DomainQueries {

  private static final Logger log = LoggerFactory.getLogger(LibvirtQueries.class);

  private static final int XML_INACTIVE = 2;

  private static final int XML_MIGRATABLE = 8;

  /** Of a list. */
  private static final Duration FOR_HUNG_GUESTS = Duration.ofSeconds(1);

  private final LibvirtConnections connections;
  private final NativeLibvirt library;
  private final DiskSizes sizes;
  private final DomainReadings readings;
  private final MigrationBlockers blockers;

  /**
   * Asks nothing yet.
   *
   * @param asksQemu whether QEMU's own monitors may be asked; libvirt marks their domains then
   */
  public LibvirtQueries(LibvirtConnections connections, boolean asksQemu) {
    this.connections = connections;
    this.library = connections.library();
    this.sizes = new DiskSizes(connections);
    this.readings = new DomainReadings(connections);
    this.blockers = new MigrationBlockers(connections, asksQemu);
  }

  /** {@code virDomainXMLFlags}. */
  private static final int XML_SECURE = 1;

  @Override
  public UUID identity(HostAddress host) {
    return connections.ask(
        host, connect -> DomainXml.parse(connect.getCapabilities()).hostIdentity());
  }

  @Override
  public HostFacts facts(HostAddress host) {
    return connections.ask(
        host, connect -> new HostFacts(connect.getLibVersion(), connect.getVersion()));
  }

  @Override
  public List<DomainName> domains(HostAddress host) {
    List<DomainName> domains = connections.askAll(host, LibvirtQueries::listed);
    connections.listed(host, domains);
    return domains;
  }

  private static List<DomainName> listed(PooledConnect connect) throws LibvirtException {
    List<DomainName> found = new ArrayList<>();
    for (Domain domain : connect.listAllDomains(0)) {
      try {
        found.add(new DomainName(domain.getName(), uuid(domain)));
      } finally {
        domain.free();
      }
    }
    return found;
  }

  @Override
  public Optional<String> name(HostAddress host, UUID domain) {
    return connections.ask(
        host,
        domain.toString(),
        connect -> {
          Domain found = lookedUp(() -> connect.domainLookupByUUID(domain));
          if (found == null) {
            return Optional.empty();
          }
          try {
            return Optional.of(found.getName());
          } finally {
            found.free();
          }
        });
  }

  @Override
  public Optional<DomainState> glance(HostAddress host, String nameOrUuid) {
    return connections.ask(
        host,
        nameOrUuid,
        connect ->
            withDomain(
                connect,
                nameOrUuid,
                domain ->
                    library.condition(connect, UUID.fromString(domain.getUUIDString())).state()));
  }

  @Override
  public Optional<DomainDescription> describe(HostAddress host, String nameOrUuid) {
    return unsized(host, nameOrUuid)
        .map(domain -> sizes.of(host, domain, new Allowance(LibvirtConnections.GUEST_LIMIT)));
  }

  @Override
  public List<DomainDescription> describe(HostAddress host, List<UUID> domains) {
    var patience = new Allowance(FOR_HUNG_GUESTS);
    return readings.ofEach(host, domains, this::described, this::undescribed).stream()
        .map(domain -> sizes.of(host, domain, patience))
        .toList();
  }

  @Override
  public List<Hindrance> migrationBlockers(HostAddress source, UUID domain) {
    try {
      return blockers.of(source, domain);
    } catch (LibvirtFailure e) {
      if (!e.aboutSilentGuest()) {
        throw e;
      }
      if (e.mayNameOthers()) {
        log.warn("{}: {}", domain, e.message());
        throw HostUnreachable.crowded(
            source.name(), "the domain's QEMU was not asked, as too many others do not answer");
      }
      return List.of(Hindrance.refused(e.message() + "."));
    }
  }

  @Override
  public List<Checkpoint> checkpoints(HostAddress source, UUID domain) {
    return connections
        .follow(
            source,
            domain,
            connect -> withDomain(connect, domain.toString(), DomainCheckpoints::of))
        .orElse(List.of());
  }

  @Override
  public List<DomainFiles> namedFiles(HostAddress host) {
    try {
      return readings
          .ofEach(
              host,
              domains(host).stream().map(DomainName::uuid).toList(),
              (_, domain) -> DefinedFiles.of(domain),
              (_, domain) -> DefinedFiles.unknown(domain))
          .stream()
          .map(defined -> withSnapshots(host, defined))
          .toList();
    } catch (LibvirtFailure e) {
      throw e.ofOthers();
    }
  }

  private DomainFiles withSnapshots(HostAddress host, DefinedFiles defined) {
    Set<NamedFile> files = new LinkedHashSet<>(defined.files());
    readings
        .ofEachPart(host, defined.domain(), defined.snapshots(), DefinedFiles::ofSnapshot)
        .forEach(files::addAll);
    return new DomainFiles(defined.domain(), List.copyOf(files), defined.listeners());
  }

  private static UUID uuid(Domain domain) throws LibvirtException {
    return UUID.fromString(domain.getUUIDString());
  }

  /** What there is to say of one whose definition can't be had. */
  private DomainDescription undescribed(PooledConnect connect, Domain domain)
      throws LibvirtException {
    UUID uuid = uuid(domain);
    DomainCondition condition = library.condition(connect, uuid);
    return DomainDescription.bare(
        domain.getName(), uuid, condition.state(), condition.persistent());
  }

  @Override
  public Acceptance acceptsMachineType(HostAddress host, Machine machine) {
    return connections.ask(
        host, connect -> new Provisions(library, connect, machine).machineType());
  }

  @Override
  public Acceptance acceptsCpu(HostAddress host, Machine machine) {
    return connections.ask(host, connect -> new Provisions(library, connect, machine).cpu());
  }

  @Override
  public Map<Need, Acceptance> provides(HostAddress host, Machine machine, List<Need> needs) {
    return connections.ask(
        host,
        connect -> {
          var has = new Provisions(library, connect, machine);
          return needs.stream().distinct().collect(toMap(need -> need, has::of));
        });
  }

  @Override
  public CarriedDefinition carried(HostAddress source, UUID domain, Definition definition) {
    return migratable(source, domain, definition, 0, xml -> MovedDefinition.read(xml, definition))
        .orElse(CarriedDefinition.NONE);
  }

  @Override
  public String definitionWithPaths(
      HostAddress source, UUID domain, Definition definition, boolean secrets, Relocation places) {
    int secure = secrets ? XML_SECURE : 0;
    return migratable(source, domain, definition, secure, xml -> MovedDefinition.of(xml, places))
        .orElseThrow(() ->
            new LibvirtFailure(
                ErrorNumber.NO_DOMAIN,
                ErrorDomain.NONE,
                "The domain left before its definition was read"));
  }

  /** Reads a definition as a migration carries it; empty when the domain left. */
  private <T> Optional<T> migratable(
      HostAddress source,
      UUID domain,
      Definition definition,
      int more,
      Function<String, T> reading) {
    int flags = XML_MIGRATABLE | more | (definition == Definition.PERSISTENT ? XML_INACTIVE : 0);
    return connections.ask(
        source,
        domain.toString(),
        connect ->
            withDomain(
                connect, domain.toString(), found -> reading.apply(found.getXMLDesc(flags))));
  }

  private Optional<DomainDescription> unsized(HostAddress host, String nameOrUuid) {
    return connections.ask(
        host,
        nameOrUuid,
        connect -> withDomain(connect, nameOrUuid, domain -> described(connect, domain)));
  }

  private DomainDescription described(PooledConnect connect, Domain domain)
      throws LibvirtException {
    DomainXml xml = DomainXml.parse(domain.getXMLDesc(0));
    DomainCondition condition = library.condition(connect, xml.uuid());
    return new DomainDescription(
        xml.name(),
        xml.uuid(),
        condition.run() == null ? null : library.run(connect, xml.uuid()).orElse(null),
        condition.state(),
        condition.persistent(),
        condition.persistent() && domain.getAutostart(),
        xml.memoryBytes(),
        xml.machine(),
        xml.disks(),
        true);
  }
}
