package dev.virtferry.libvirt;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The migration of a domain while it runs: where the domain is, how far its job has come, and what
 * that is told.
 *
 * <p>Every call but {@link #migrate} returns within a few seconds, or throws {@link
 * HostUnreachable}. A refusal by libvirt is a {@link LibvirtFailure}.
 */
public interface DomainJobs {

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
}
