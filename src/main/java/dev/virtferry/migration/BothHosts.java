package dev.virtferry.migration;

import dev.virtferry.host.Host;
import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.JobReading;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.LibvirtFailure;
import java.util.Map;
import java.util.UUID;

/**
 * One domain on the two hosts of its migration: what they show, and what they are asked to do. The
 * same for a migration just started and for one found again.
 */
final class BothHosts {

  private final Hypervisor hypervisor;
  private final VolumeKeeper volumes;
  private final Order order;
  private final UUID domain;
  private final HostAddress source;
  private final HostAddress destination;
  private final Host receiver;

  BothHosts(
      Hypervisor hypervisor, VolumeKeeper volumes, Order order, Host source, Host destination) {
    this.hypervisor = hypervisor;
    this.volumes = volumes;
    this.receiver = destination;
    this.order = order;
    this.domain = order.guest().uuid();
    this.source = source.address();
    this.destination = destination.address();
  }

  /** Reads both hosts now; a host that does not answer is a part of the sight, not an error. */
  Sighting look() {
    Reading atSource = read(source);
    JobReading job =
        atSource instanceof Reading.Seen(DomainCondition condition) && condition.active()
            ? hypervisor.job(source, domain)
            : JobReading.without(Activity.NONE);
    Map<String, BlockJob> blockJobs = job.activity() == Activity.RUNNING ? blockJobs() : Map.of();
    return new Sighting(atSource, read(destination), job, blockJobs);
  }

  /** Asks the source for the end of the job. */
  void abort() {
    hypervisor.abort(source, domain);
  }

  /** In milliseconds; the job must run. */
  void setMaxDowntime(long millis) {
    hypervisor.setMaxDowntime(source, domain, millis);
  }

  /** Makes the destination start the domain by itself. */
  void setAutostartAtDestination() {
    hypervisor.setAutostart(destination, domain, true);
  }

  /** The guest uses the volumes that were made for it. */
  void keepVolumes(HeldMigration migration) {
    volumes.keep(migration);
  }

  /**
   * Deletes the volumes that were made for nothing.
   *
   * @throws HostUnreachable when the destination is away; call it again
   */
  void deleteVolumes(HeldMigration migration) {
    volumes.delete(migration, receiver);
  }

  /** Leaves the volumes that were made for nothing where they are. */
  void leaveVolumes(HeldMigration migration, String why) {
    volumes.leave(migration, why);
  }

  private Reading read(HostAddress host) {
    try {
      return new Reading.Seen(hypervisor.condition(host, domain));
    } catch (HostUnreachable e) {
      return new Reading.Unreachable(String.valueOf(e.getMessage()));
    } catch (LibvirtFailure e) {
      return new Reading.Unreachable("Host %s can't tell: %s".formatted(host.name(), e.message()));
    }
  }

  /** Progress is worth less than the truth: without it the look goes on. */
  private Map<String, BlockJob> blockJobs() {
    try {
      return hypervisor.blockJobs(source, domain, order.targets());
    } catch (HostUnreachable | LibvirtFailure e) {
      return Map.of();
    }
  }
}
