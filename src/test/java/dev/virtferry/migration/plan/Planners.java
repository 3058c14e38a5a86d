package dev.virtferry.migration.plan;

import dev.virtferry.disk.DestinationVolumes;
import dev.virtferry.disk.Disks;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.migration.MigrationsInMemory;

/** What plans migrations, as the service has it, for tests without one. */
public final class Planners {

  private Planners() {}

  public static MigrationPlanner planner(
      DomainsInScope domains, Hypervisor hosts, Storage storage, MigrationsInMemory migrations) {
    DestinationVolumes volumes = Disks.volumes(storage, hosts);
    return new MigrationPlanner(
        domains,
        hosts,
        new HostChecks(hosts),
        volumes,
        new DiskPlanner(storage, Disks.selection(), migrations, migrations));
  }
}
