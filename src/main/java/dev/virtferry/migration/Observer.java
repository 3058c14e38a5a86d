package dev.virtferry.migration;

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

/** Looks at both hosts of one migration. The same for one just started and one found again. */
final class Observer {

  private final Hypervisor hypervisor;
  private final Order order;
  private final HostAddress source;
  private final HostAddress destination;

  Observer(Hypervisor hypervisor, Order order, HostAddress source, HostAddress destination) {
    this.hypervisor = hypervisor;
    this.order = order;
    this.source = source;
    this.destination = destination;
  }

  Sighting look() {
    UUID domain = order.guest().uuid();
    Reading atSource = read(source, domain);
    JobReading job =
        atSource instanceof Reading.Seen(DomainCondition condition) && condition.active()
            ? hypervisor.job(source, domain)
            : JobReading.without(Activity.NONE);
    Map<String, BlockJob> blockJobs =
        job.activity() == Activity.RUNNING ? blockJobs(domain) : Map.of();
    return new Sighting(atSource, read(destination, domain), job, blockJobs);
  }

  private Reading read(HostAddress host, UUID domain) {
    try {
      return new Reading.Seen(hypervisor.condition(host, domain));
    } catch (HostUnreachable e) {
      return new Reading.Unreachable(String.valueOf(e.getMessage()));
    } catch (LibvirtFailure e) {
      return new Reading.Unreachable("Host %s can't tell: %s".formatted(host.name(), e.message()));
    }
  }

  /** Progress is worth less than the truth: without it the look goes on. */
  private Map<String, BlockJob> blockJobs(UUID domain) {
    try {
      return hypervisor.blockJobs(source, domain, order.targets());
    } catch (HostUnreachable | LibvirtFailure e) {
      return Map.of();
    }
  }
}
