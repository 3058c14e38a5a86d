package dev.virtferry.migration.run;

import dev.virtferry.host.Host;
import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.Checkpoint;
import dev.virtferry.libvirt.CompletedJob;
import dev.virtferry.libvirt.Definition;
import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainEvent;
import dev.virtferry.libvirt.DomainRun;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.JobReading;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.Need;
import dev.virtferry.libvirt.Watch;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.Tuning;
import dev.virtferry.migration.truth.HostReading;
import dev.virtferry.migration.truth.HostsObservation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One domain on the two hosts of its migration: what they show, and what they are asked to do. The
 * same for a migration just started and for one found again.
 */
final class BothHosts {

  private static final Logger log = LoggerFactory.getLogger(BothHosts.class);

  private final Hypervisor hypervisor;
  private final BandwidthTuner tuner;
  private final TransferPlan transfer;
  private final UUID domain;
  private final Host sender;
  private final Host receiver;
  private final HostAddress source;
  private final HostAddress destination;
  private final Map<HostAddress, HostReading.Unreachable> silences = new HashMap<>();

  /** What the other host of the plan calls itself, until a host is seen to be not that one. */
  private final Map<HostAddress, UUID> unconfirmed = new HashMap<>();

  /**
   * Asks nothing yet.
   *
   * @param transfer as the last look made it
   */
  BothHosts(
      Hypervisor hypervisor,
      BandwidthTuner tuner,
      TransferPlan transfer,
      Host source,
      Host destination) {
    this.hypervisor = hypervisor;
    this.tuner = tuner;
    this.transfer = transfer;
    this.domain = transfer.guest().uuid();
    this.sender = source;
    this.receiver = destination;
    this.source = source.address();
    this.destination = destination.address();
    if (transfer.identities() != null) {
      unconfirmed.put(this.source, transfer.identities().destination());
      unconfirmed.put(this.destination, transfer.identities().source());
    }
  }

  /** Both were just planned on, so neither has the name of the other. */
  BothHosts confirmed() {
    unconfirmed.clear();
    return this;
  }

  TransferPlan transfer() {
    return transfer;
  }

  Host source() {
    return sender;
  }

  Host destination() {
    return receiver;
  }

  /** Reads both hosts now; a host that does not answer is a part of the sight, not an error. */
  HostsObservation look() {
    HostReading atSource = read(source);
    JobReading job =
        atSource instanceof HostReading.Seen(DomainCondition condition)
                && condition.state().active()
            ? hypervisor.jobs().job(source, domain)
            : JobReading.without(Activity.NONE);
    Map<String, BlockJob> blockJobs = job.activity() == Activity.RUNNING ? blockJobs() : Map.of();
    return new HostsObservation(atSource, read(destination), job, blockJobs);
  }

  private HostReading read(HostAddress host) {
    try {
      if (isTheOther(host)) {
        return silent(
            host,
            "The name %s leads to the other host of this migration now, so it is not asked.",
            "It calls itself %s, as the other one did.".formatted(unconfirmed.get(host)));
      }
      HostReading seen = new HostReading.Seen(hypervisor.jobs().condition(host, domain));
      silences.remove(host);
      return seen;
    } catch (HostUnreachable e) {
      return silent(host, "Host %s is unreachable.", String.valueOf(e.getMessage()));
    } catch (LibvirtFailure e) {
      return silent(host, "Host %s can't tell.", e.message());
    }
  }

  /**
   * Whether somebody swapped the names of the inventory. A host that calls itself by a new name is
   * believed: some get one at each start of their daemon.
   */
  private boolean isTheOther(HostAddress host) {
    UUID other = unconfirmed.get(host);
    if (other != null && !hypervisor.queries().identity(host).equals(other)) {
      unconfirmed.remove(host);
    }
    return unconfirmed.containsKey(host);
  }

  /** What is said of a host that is away differs from look to look, and is one silence. */
  private HostReading silent(HostAddress host, String why, String words) {
    var now = new HostReading.Unreachable(why.formatted(host.name()), words);
    HostReading.Unreachable kept = silences.get(host);
    if (kept != null && kept.why().equals(now.why())) {
      return kept;
    }
    silences.put(host, now);
    return now;
  }

  /**
   * The copies that run, by disk target. Progress is worth less than the truth: where it is not
   * told there are none, and the look goes on.
   */
  Map<String, BlockJob> blockJobs() {
    try {
      return hypervisor.jobs().blockJobs(source, domain, transfer.targets());
    } catch (HostUnreachable | LibvirtFailure e) {
      return Map.of();
    }
  }

  /** What runs at the source, with its processor time; empty when it can't be told. */
  Optional<DomainRun> sourceRun() {
    try {
      return hypervisor.jobs().run(source, domain);
    } catch (HostUnreachable | LibvirtFailure e) {
      log.debug("The source does not tell the processor time", e);
      return Optional.empty();
    }
  }

  /** What the guest's definition has of its host; nothing where the source does not tell. */
  List<Need> sourceNeeds() {
    try {
      return hypervisor.queries().carried(source, domain, Definition.LIVE).needs();
    } catch (HostUnreachable | LibvirtFailure e) {
      log.debug("The source does not tell what the guest needs", e);
      return List.of();
    }
  }

  /** Says that either host has news of the domain, until the watch is closed. */
  Watch listen(Runnable onNews) {
    Watch atSource = hypervisor.jobs().watch(source, domain, news -> hear(source, news, onNews));
    Watch atDestination =
        hypervisor.jobs().watch(destination, domain, news -> hear(destination, news, onNews));
    return () -> {
      atSource.close();
      atDestination.close();
    };
  }

  private void hear(HostAddress host, DomainEvent news, Runnable onNews) {
    log.debug("{} of {} on {}", news, domain, host.name());
    onNews.run();
  }

  /** The domain as libvirt describes it at the source; empty where the source has none. */
  Optional<DomainDescription> atSource() {
    return hypervisor.queries().describe(source, domain.toString());
  }

  /** The same at the destination. */
  Optional<DomainDescription> atDestination() {
    return hypervisor.queries().describe(destination, domain.toString());
  }

  /** What the source knows of the domain's checkpoints, parents first. */
  List<Checkpoint> checkpoints() {
    return hypervisor.queries().checkpoints(source, domain);
  }

  /** What the destination wrote down of a migration that arrived, if it tells. */
  Optional<CompletedJob> completedJob() {
    try {
      return hypervisor.jobs().completedJob(destination, domain);
    } catch (HostUnreachable | LibvirtFailure e) {
      log.debug("The destination does not tell how the migration went", e);
      return Optional.empty();
    }
  }

  /** Asks the source for the end of the job, which is not ours where the domain runs anew. */
  void abort() {
    if (transfer.guest().startedAnew(hypervisor.jobs().condition(source, domain).run())) {
      throw LibvirtFailure.withoutNumber("the source runs it anew, so its job is not ours");
    }
    hypervisor.jobs().abort(source, domain);
  }

  /** In milliseconds; the job must run. */
  void setMaxDowntime(long millis) {
    hypervisor.jobs().setMaxDowntime(source, domain, millis);
  }

  /** Gives the job another bandwidth, in MiB/s; empty when it is too early for that. */
  Optional<Tuning> tune(long mibPerSecond) {
    return tuner.tune(source, transfer, mibPerSecond);
  }

  /** Makes the native call, or the one that goes on with a post-copy. */
  CompletableFuture<Void> migrate(MigrateCall call) {
    return hypervisor.jobs().migrate(source, call);
  }

  /** Pauses the guest at the source; its job goes on. */
  void suspendAtSource() {
    hypervisor.control().suspend(source, domain);
  }

  /** Lets the guest run again that was paused at the source. */
  void resumeAtSource() {
    hypervisor.control().resume(source, domain);
  }

  /** Lets the guest go on at the destination before all of its memory is there. */
  void startPostCopy() {
    hypervisor.jobs().startPostCopy(source, domain);
  }

  /** Lets the guest run that arrived paused. */
  void resumeAtDestination() {
    hypervisor.control().resume(destination, domain);
  }

  /** Ends the copy of the guest that the source still holds. */
  void destroyAtSource() {
    hypervisor.control().destroy(source, domain);
  }

  /**
   * Removes the source's definition of the stopped domain, where the destination has one of its
   * own; false when it has not.
   *
   * @param carried the names of checkpoints that the destination knows
   */
  boolean undefineAtSource(Set<String> carried) {
    boolean kept = atDestination().filter(DomainDescription::persistent).isPresent();
    if (kept) {
      if (!carried.isEmpty()) {
        hypervisor.control().forgetCheckpoints(source, domain, carried);
      }
      hypervisor.control().undefine(source, domain);
    }
    return kept;
  }

  /** Makes the destination know a checkpoint whose bitmaps arrived. */
  void redefineAtDestination(Checkpoint checkpoint) {
    hypervisor.control().redefineCheckpoint(destination, domain, checkpoint);
  }

  /** Makes the destination start the domain by itself. */
  void setAutostartAtDestination() {
    hypervisor.control().setAutostart(destination, domain, true);
  }
}
