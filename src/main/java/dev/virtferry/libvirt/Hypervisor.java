package dev.virtferry.libvirt;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What virt-ferry asks of libvirt. A port, so that tests can play faults that no real host shows on
 * demand.
 *
 * <p>Every call but {@link #migrate} returns within a few seconds, or throws {@link
 * HostUnreachable}. A refusal by libvirt is a {@link LibvirtFailure}.
 */
public interface Hypervisor {

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

  /** Why libvirt would refuse to migrate a running domain, or could not, one sentence each. */
  List<String> migrationBlockers(HostAddress source, UUID domain);

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
   * What a domain opens for writing or binds besides its disks, as a migration carries it ({@code
   * virDomainGetXMLDesc}, {@code VIR_DOMAIN_XML_MIGRATABLE}): without what libvirt names anew at
   * the destination, such as sockets of channels in its own folder. Empty when the domain left.
   */
  List<NamedFile> openedFiles(HostAddress source, UUID domain, Definition definition);

  /**
   * A definition as a migration carries it, with some files in other places ({@code
   * virDomainGetXMLDesc}, {@code VIR_DOMAIN_XML_MIGRATABLE}). Nothing else of it is changed.
   *
   * @param secrets whether passwords are in it ({@code VIR_DOMAIN_XML_SECURE}); only libvirt itself
   *     may be shown such a text
   * @param places of the files that are elsewhere at the destination
   */
  String definitionWithPaths(
      HostAddress source, UUID domain, Definition definition, boolean secrets, Relocation places);

  /**
   * What runs of the domain, with its processor time ({@code virDomainGetInfo}); empty when nothing
   * does.
   *
   * @throws LibvirtFailure when the host does not know the domain
   */
  Optional<DomainRun> run(HostAddress host, UUID domain);

  /**
   * What the host says of the domain now ({@code virDomainGetState}, {@code
   * virDomainIsPersistent}); answers even while a job runs.
   */
  DomainCondition condition(HostAddress host, UUID domain);

  /**
   * The domain's job on its source. A daemon too busy to tell is {@link
   * JobReading.Activity#UNKNOWN}.
   */
  JobReading job(HostAddress source, UUID domain);

  /**
   * What the destination wrote down of the migration that brought it the domain, and keeps; empty
   * when there is no such record. For nothing that matters: it is asked for a second at most.
   */
  Optional<CompletedJob> completedJob(HostAddress destination, UUID domain);

  /**
   * Tells the domain's news on that host as they come, for as long as the watch is not closed.
   * Returns at once, whether or not the host can be heard: a look is what tells the truth.
   *
   * @param onNews called on a thread that all events share, so it must return at once
   */
  Watch watch(HostAddress host, UUID domain, Consumer<DomainEvent> onNews);

  /** The running block job of each of these disk targets; a disk without one is absent. */
  Map<String, BlockJob> blockJobs(HostAddress source, UUID domain, List<String> targets);

  /**
   * Starts {@code virDomainMigrateToURI3} on a platform thread and a connection of its own. The
   * future ends with the call: normally, or with a {@link LibvirtFailure} or {@link
   * HostUnreachable}. Neither says what became of the domain.
   */
  CompletableFuture<Void> migrate(HostAddress source, MigrateCall call);

  /** Asks for the end of the domain's job ({@code virDomainAbortJob}); it ends some time later. */
  void abort(HostAddress source, UUID domain);

  /** {@code virDomainMigrateSetMaxDowntime}, in milliseconds; the job must run. */
  void setMaxDowntime(HostAddress source, UUID domain, long millis);

  /**
   * {@code virDomainMigrateSetMaxSpeed}, in MiB/s; the job must run. Disk copies that run already
   * take it from some version of libvirt on; {@link #blockJobs} tells.
   */
  void setBandwidth(HostAddress source, UUID domain, long mibPerSecond);

  /**
   * Sets the bandwidth of running disk copies, in MiB/s, past libvirt: QEMU's {@code
   * block-job-set-speed} through {@code virDomainQemuMonitorCommand}. libvirt marks such a domain
   * as tainted.
   */
  void setCopyBandwidth(HostAddress source, UUID domain, List<String> targets, long mibPerSecond);

  /**
   * Lets the guest go on at the destination with the memory that is there, and fetch the rest from
   * there ({@code virDomainMigrateStartPostCopy}); the job must be in its memory phase and allow
   * it.
   */
  void startPostCopy(HostAddress source, UUID domain);

  /** Pauses a running domain ({@code virDomainSuspend}); the job of its migration goes on. */
  void suspend(HostAddress host, UUID domain);

  /** Lets a paused domain run ({@code virDomainResume}). */
  void resume(HostAddress host, UUID domain);

  /** Ends a domain at once, as if its plug were pulled ({@code virDomainDestroy}). */
  void destroy(HostAddress host, UUID domain);

  /**
   * Removes the definition of a stopped domain, and nothing else: its NVRAM and the state of its
   * TPM stay ({@code virDomainUndefineFlags}).
   *
   * @throws LibvirtFailure also when the domain has a saved state, snapshots or checkpoints
   */
  void undefine(HostAddress host, UUID domain);

  /** {@code virDomainSetAutostart}. */
  void setAutostart(HostAddress host, UUID domain, boolean autostart);
}
