package dev.virtferry.migration;

import static dev.virtferry.problem.ProblemType.DESTINATION_CONFLICT;
import static dev.virtferry.problem.ProblemType.DOMAIN_NOT_FOUND;
import static dev.virtferry.problem.ProblemType.DOMAIN_NOT_MIGRATABLE;
import static dev.virtferry.problem.ProblemType.DOMAIN_NOT_RUNNING;
import static dev.virtferry.problem.ProblemType.SAME_HOST;

import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.DestinationVolumes;
import dev.virtferry.disk.DiskSelection;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.migration.Order.SelectedDisk;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Problem.FieldError;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.util.List;
import org.springframework.stereotype.Component;

/** Checks on both live hosts whether a domain can cross as it is asked to. Changes nothing. */
@Component
final class Crossing {

  private final Hypervisor hypervisor;
  private final DiskSelection selection;
  private final DestinationVolumes volumes;

  Crossing(Hypervisor hypervisor, DiskSelection selection, DestinationVolumes volumes) {
    this.hypervisor = hypervisor;
    this.selection = selection;
    this.volumes = volumes;
  }

  /**
   * The domain as the source describes it now.
   *
   * @throws Refused when the source has none of that name or UUID, or it does not run
   */
  DomainDescription running(Host source, String nameOrUuid) {
    DomainDescription domain =
        hypervisor
            .describe(source.address(), nameOrUuid)
            .orElseThrow(() ->
                refused(
                    DOMAIN_NOT_FOUND,
                    "Host %s has no domain '%s'; check the name or UUID."
                        .formatted(source.name(), nameOrUuid)));
    if (!domain.condition().active()) {
      throw refused(
          DOMAIN_NOT_RUNNING,
          "Domain %s does not run on %s; start it first, only running domains are migrated."
              .formatted(domain.name(), source.name()));
    }
    return domain;
  }

  /**
   * Makes an order of a submission.
   *
   * @throws Refused when the domain can't cross like that
   */
  Order plan(Submission submission, DomainDescription domain, Host source, Host destination) {
    requireUnhindered(domain);
    List<DomainDisk> disks =
        selection.select(domain.disks(), submission.disks(), submission.copy());
    requireFree(domain, source, destination);
    List<VolumePlan> plans = volumes.plan(disks, source.address(), destination.address());
    return new Order(
        guest(domain),
        source.name(),
        destination.name(),
        destination.peerUri(),
        plans.stream().map(SelectedDisk::new).toList(),
        disks.isEmpty() ? null : submission.copy() == null ? CopyMode.FULL : submission.copy(),
        submission.options(),
        submission.priority());
  }

  /**
   * Looks again when the migration leaves the queue: the world may have changed meanwhile.
   *
   * @return where the disks go now
   * @throws Refused when the order can't be carried out any more
   */
  List<VolumePlan> recheck(Order order, Host source, Host destination) {
    DomainDescription domain = running(source, order.guest().uuid().toString());
    requireUnhindered(domain);
    List<DomainDisk> disks =
        order.disks().isEmpty()
            ? List.of()
            : selection.select(domain.disks(), order.targets(), order.copy());
    requireFree(domain, source, destination);
    return volumes.plan(disks, source.address(), destination.address());
  }

  private static void requireUnhindered(DomainDescription domain) {
    if (!domain.hindrances().isEmpty()) {
      throw new Refused(
          new Problem(
              DOMAIN_NOT_MIGRATABLE,
              "Domain %s can't be migrated as it is. %s"
                  .formatted(domain.name(), String.join(" ", domain.hindrances())),
              domain.hindrances().stream().map(why -> new FieldError("#/domain", why)).toList()));
    }
  }

  private void requireFree(DomainDescription domain, Host source, Host destination) {
    if (source.equals(destination)
        || hypervisor
            .identity(source.address())
            .equals(hypervisor.identity(destination.address()))) {
      throw new Refused(
          Problem.at(
              "#/destUri",
              SAME_HOST,
              "Domain %s runs on that host already; name another one.".formatted(domain.name())));
    }
    for (String known : List.of(domain.uuid().toString(), domain.name())) {
      if (hypervisor.glance(destination.address(), known).isPresent()) {
        throw new Refused(
            Problem.at(
                "#/destUri",
                DESTINATION_CONFLICT,
                "%s already has a domain '%s'; remove it there, or choose another destination."
                    .formatted(destination.name(), known)));
      }
    }
  }

  private static Refused refused(ProblemType type, String detail) {
    return new Refused(Problem.at("#/domain", type, detail));
  }

  private static Order.Guest guest(DomainDescription domain) {
    return new Order.Guest(
        domain.name(),
        domain.uuid(),
        domain.memoryBytes(),
        domain.persistent(),
        domain.autostart(),
        domain.condition() == DomainCondition.PAUSED);
  }
}
