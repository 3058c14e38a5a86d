package dev.virtferry.migration.store;

import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumeWish;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.migration.Guest;
import dev.virtferry.migration.HostIdentities;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationSpec;
import dev.virtferry.migration.MigrationStatus;
import dev.virtferry.migration.OwnImage;
import dev.virtferry.migration.Timeline;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.VolumeRecord;
import dev.virtferry.migration.options.MigrationOptions;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A migration as a row keeps it, in JSON. Fields are only ever added: what an older version wrote
 * lacks what came later, and an older replica reads what it knows of what a newer one wrote.
 *
 * @param order the plan, and what is in force of the spec
 * @param leaves null in what an older version wrote
 * @param spec what was asked; null in what an older version wrote
 */
record MigrationDocument(
    UUID id,
    int version,
    Order order,
    MigrateCall call,
    MigrationStatus standing,
    Timeline timeline,
    List<VolumeRecord> volumes,
    @Nullable List<OwnImage> leaves,
    @Nullable MigrationSpec spec) {

  /**
   * Plan and spec in one, as they were before they were two.
   *
   * @param options those in force
   * @param renamed null in what an older version wrote
   * @param identities null in what an older version wrote
   */
  record Order(
      Guest guest,
      String source,
      String destination,
      String destUri,
      List<VolumePlan> disks,
      @Nullable CopyMode copy,
      Map<String, VolumeWish> volumes,
      List<String> unmapping,
      MigrationOptions options,
      int priority,
      @Nullable URI callbackUrl,
      @Nullable Map<String, String> renamed,
      @Nullable HostIdentities identities) {

    private static Order of(MigrationSpec spec, MigrationOptions inForce, TransferPlan plan) {
      return new Order(
          plan.guest(),
          plan.source(),
          plan.destination(),
          plan.destUri(),
          plan.disks(),
          plan.copy(),
          spec.volumes(),
          plan.unmapping(),
          inForce,
          spec.priority(),
          spec.callbackUrl(),
          plan.renamed(),
          plan.identities());
    }

    private TransferPlan plan() {
      return new TransferPlan(
          guest,
          source,
          destination,
          destUri,
          disks,
          copy,
          unmapping,
          Objects.requireNonNullElse(renamed, Map.of()),
          identities);
    }

    /** What must have been asked for this plan. */
    private MigrationSpec spec() {
      return new MigrationSpec(
              guest.name(), destUri, null, copy, volumes, source, priority, options, callbackUrl)
          .decidedBy(plan());
    }
  }

  static MigrationDocument of(Migration migration) {
    return new MigrationDocument(
        migration.id(),
        migration.version(),
        Order.of(migration.spec(), migration.options(), migration.plan()),
        migration.call(),
        migration.status(),
        migration.timeline(),
        migration.volumes(),
        migration.leaves(),
        migration.spec());
  }

  Migration migration() {
    return new Migration(
        id,
        version,
        spec == null ? order.spec() : spec,
        order.options(),
        order.plan(),
        call,
        standing,
        timeline,
        volumes,
        Objects.requireNonNullElse(leaves, List.of()));
  }
}
