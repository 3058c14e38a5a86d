package dev.virtferry.libvirt;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What hosts and their domains are: asked for whoever reads or plans.
 *
 * <p>Every call returns within a few seconds, or throws {@link HostUnreachable}. A refusal by
 * libvirt is a {@link LibvirtFailure}.
 */
public interface DomainQueries {

  /**
   * The identity of the host's hypervisor ({@code virConnectGetCapabilities}, {@code host/uuid}).
   */
  UUID identity(HostAddress host);

  /** Versions of the host's daemon and hypervisor. */
  HostFacts facts(HostAddress host);

  /** Every domain of the host, running or not ({@code virConnectListAllDomains}). */
  List<DomainName> domains(HostAddress host);

  /**
   * The name of the domain with that UUID, in one step of the host's whether it has it or not
   * ({@code virDomainLookupByUUID}).
   */
  Optional<String> name(HostAddress host, UUID domain);

  /** The domain's state by name or UUID, without its details; cheap. */
  Optional<DomainState> glance(HostAddress host, String nameOrUuid);

  /**
   * The domain of that name or UUID with its disks. Their sizes are 0 when it does not run, or its
   * QEMU does not tell them within a few seconds.
   */
  Optional<DomainDescription> describe(HostAddress host, String nameOrUuid);

  /**
   * The same of many. Those whose QEMU hangs cost the list a second, however many there are; one
   * that left meanwhile is not in it.
   */
  List<DomainDescription> describe(HostAddress host, List<UUID> domains);

  /** Why libvirt would refuse to migrate a running domain, or might, or could not. */
  List<Hindrance> migrationBlockers(HostAddress source, UUID domain);

  /**
   * What the host knows of the domain's checkpoints, parents first ({@code
   * virDomainListAllCheckpoints}); none when the domain left.
   */
  List<Checkpoint> checkpoints(HostAddress source, UUID domain);

  /**
   * What each domain of the host, running or not, names ({@code virDomainGetXMLDesc}, with and
   * without {@code VIR_DOMAIN_XML_INACTIVE}, and {@code virDomainSnapshotGetXMLDesc}). Every host
   * with a domain may have hundreds, so this takes its time.
   */
  List<DomainFiles> namedFiles(HostAddress host);

  /** Whether the host knows the machine type ({@code virConnectGetDomainCapabilities}). */
  Acceptance acceptsMachineType(HostAddress host, Machine machine);

  /** Whether the host can show the guest its CPU ({@code virConnectCompareHypervisorCPU}). */
  Acceptance acceptsCpu(HostAddress host, Machine machine);

  /**
   * Whether the host has what a domain needs of it, as far as its libvirt tells: secrets, networks
   * and filters of packets by their lists, devices of the network by the driver of interfaces
   * ({@code virConnectListInterfaces}), and a TPM and firmware by {@code
   * virConnectGetDomainCapabilities}. Of other files and of listeners libvirt tells nothing.
   *
   * @return an answer for each, whose words say why a host can't tell
   */
  Map<Need, Acceptance> provides(HostAddress host, Machine machine, List<Need> needs);

  /**
   * What a definition names, as a migration carries it ({@code virDomainGetXMLDesc}, {@code
   * VIR_DOMAIN_XML_MIGRATABLE}): without what libvirt names anew at the destination, such as
   * sockets of channels in its own folder. {@link CarriedDefinition#NONE} when the domain left.
   */
  CarriedDefinition carried(HostAddress source, UUID domain, Definition definition);

  /**
   * A definition as a migration carries it, with what is said of some files changed ({@code
   * virDomainGetXMLDesc}, {@code VIR_DOMAIN_XML_MIGRATABLE}), and nothing else.
   *
   * @param secrets whether passwords are in it ({@code VIR_DOMAIN_XML_SECURE}); only libvirt itself
   *     may be shown such a text
   * @param places what is said of the domain's files at the destination
   */
  String definitionWithPaths(
      HostAddress source, UUID domain, Definition definition, boolean secrets, Relocation places);
}
