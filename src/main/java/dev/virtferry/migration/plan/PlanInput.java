package dev.virtferry.migration.plan;

import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.CarriedDefinition;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.DomainRun;
import dev.virtferry.migration.AtSource;
import dev.virtferry.migration.Guest;
import dev.virtferry.migration.HostIdentities;
import dev.virtferry.migration.MigrationSpec;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.options.MigrationOptions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a plan is made of: what is asked, the domain that it is asked for, and two hosts.
 *
 * @param domain as the source describes it now
 */
record PlanInput(MigrationSpec spec, DomainDescription domain, Host source, Host destination) {

  /** Its name at the destination. */
  String newName() {
    return spec.options().domain().nameAtDestination(domain.name());
  }

  /** The options, with what is decided by the domain where the spec leaves it open. */
  MigrationOptions options() {
    return spec.options().decidedFor(domain.persistent());
  }

  /** Whether the destination keeps a definition of it. */
  boolean persists() {
    return domain.persistent() && Boolean.TRUE.equals(options().domain().persist());
  }

  CopyMode mode() {
    return spec.copy() == null ? CopyMode.FULL : spec.copy();
  }

  /**
   * What is to be carried out.
   *
   * @param renamed the paths that have the domain's new name in place of the old one
   * @param carried the definitions that the destination gets
   * @param identities of both hosts, where they are two
   */
  TransferPlan transfer(
      PlacedDisks disks,
      Map<String, String> renamed,
      List<CarriedDefinition> carried,
      @Nullable HostIdentities identities) {
    List<DomainDisk> chosen = disks.selected().chosen();
    return new TransferPlan(
        guest(),
        source.name(),
        destination.name(),
        destination.peerUri(),
        disks.placement().volumes().stream().map(plan -> defined(plan, carried)).toList(),
        chosen.isEmpty() ? null : mode(),
        spec.options().storage().detectZeroes()
            ? chosen.stream().filter(DomainDisk::unmaps).map(DomainDisk::target).toList()
            : List.of(),
        renamed,
        identities);
  }

  /** With the mark that its definition says what its copy has not, if so. */
  private VolumePlan defined(VolumePlan plan, List<CarriedDefinition> carried) {
    boolean flat = mode() == CopyMode.FULL;
    boolean more =
        carried.stream()
            .anyMatch(definition ->
                definition.split().contains(plan.target())
                    || (flat && definition.chained().contains(plan.target())));
    return more ? plan.onItsOwn() : plan;
  }

  private Guest guest() {
    @Nullable DomainRun run = domain.run();
    return new Guest(
        domain.name(),
        domain.uuid(),
        run == null ? null : run.id(),
        run == null ? 0 : run.cpuMillis(),
        domain.memoryBytes(),
        domain.persistent(),
        domain.autostart(),
        AtSource.of(domain.state()) == AtSource.PAUSED,
        List.of());
  }
}
