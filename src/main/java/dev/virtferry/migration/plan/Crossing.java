package dev.virtferry.migration.plan;

import dev.virtferry.disk.CopyMode;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.DomainRun;
import dev.virtferry.migration.AtSource;
import dev.virtferry.migration.Order;
import dev.virtferry.migration.options.MigrationOptions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A domain that is to cross from one host to another, and how.
 *
 * @param domain as the source describes it now
 */
record Crossing(Submission submission, DomainDescription domain, Host source, Host destination) {

  /** Its name at the destination. */
  String newName() {
    return Objects.requireNonNullElse(
        submission.options().domain().destinationName(), domain.name());
  }

  /** The options, with what is decided by the domain where the submission leaves it open. */
  MigrationOptions options() {
    return submission.options().decidedFor(domain.persistent());
  }

  CopyMode mode() {
    return submission.copy() == null ? CopyMode.FULL : submission.copy();
  }

  /**
   * What is to be carried out.
   *
   * @param renamed the paths that have the domain's new name in place of the old one
   */
  Order order(PlacedDisks disks, Map<String, String> renamed) {
    List<DomainDisk> chosen = disks.selected().chosen();
    return new Order(
        guest(),
        source.name(),
        destination.name(),
        destination.peerUri(),
        disks.placement().volumes(),
        chosen.isEmpty() ? null : mode(),
        submission.volumes(),
        submission.options().storage().detectZeroes()
            ? chosen.stream().filter(DomainDisk::unmaps).map(DomainDisk::target).toList()
            : List.of(),
        options(),
        submission.priority(),
        submission.callbackUrl(),
        renamed);
  }

  private Order.Guest guest() {
    @Nullable DomainRun run = domain.run();
    return new Order.Guest(
        domain.name(),
        domain.uuid(),
        run == null ? null : run.id(),
        run == null ? 0 : run.cpuMillis(),
        domain.memoryBytes(),
        domain.persistent(),
        domain.autostart(),
        AtSource.of(domain.state()) == AtSource.PAUSED);
  }
}
