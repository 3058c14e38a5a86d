package dev.virtferry.migration.run;

import dev.virtferry.disk.DestinationVolumes;
import dev.virtferry.disk.VolumeMark;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.disk.VolumeRemoval;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.VolumeSpec;
import dev.virtferry.migration.OwnImage;
import dev.virtferry.migration.VolumeRecord;
import dev.virtferry.migration.VolumeRecord.Fate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.springframework.stereotype.Component;

/**
 * What becomes of the images at the destination that a migration copied into: the guest uses them,
 * or those that were made come to nothing and are deleted, and no others. What is deleted was
 * written down as made.
 */
@Component
final class MadeVolumes {

  private static final String NOT_OPEN =
      "The guest writes into another file, which had this name before somebody replaced it. Give"
          + " that file its name back before the domain is stopped, or copy the disk once more.";

  private final DestinationVolumes volumes;
  private final VolumeRemoval removal;
  private final ShownVolumes shown;

  MadeVolumes(DestinationVolumes volumes, VolumeRemoval removal, ShownVolumes shown) {
    this.volumes = volumes;
    this.removal = removal;
    this.shown = shown;
  }

  /**
   * The guest uses them now.
   *
   * @param open tells, for a disk target, whether QEMU may have the image open; false once it was
   *     seen to use another file
   */
  void keep(LeasedMigration migration, Host destination, Predicate<String> open) {
    List<VolumeRecord> made = migration.latest().volumes();
    List<VolumeRecord> records =
        new ArrayList<>(made.stream().map(v -> inUse(v, open.test(v.target()))).toList());
    migration.latest().plan().disks().stream()
        .filter(plan -> plan.action() == Action.REUSE && !open.test(plan.target()))
        .map(plan -> notOpen(plan, destination))
        .filter(volume -> made.stream().noneMatch(volume::same))
        .forEach(records::add);
    migration.change("volumes are kept", m -> m.recordVolumes(records));
  }

  private static VolumeRecord notOpen(VolumePlan plan, Host destination) {
    VolumeSpec volume = Objects.requireNonNull(plan.volume());
    return VolumeRecord.of(
            plan.target(),
            new Original(volume.pool(), volume.name(), plan.path(), null),
            destination.name())
        .left(NOT_OPEN);
  }

  private static VolumeRecord inUse(VolumeRecord volume, boolean open) {
    return switch (volume.state()) {
      case MADE -> open ? volume.now(Fate.KEPT) : volume.left(NOT_OPEN);
      case PLANNED -> volume.left("The guest uses it; it is not certain that virt-ferry made it.");
      case KEPT, DELETED, LEFT -> volume;
    };
  }

  /**
   * Deletes what was made, where it is known again and nobody names it. The destination must have
   * nothing of the domain, and the source must run it without a job, or have been seen to end it.
   *
   * @param known whether the volume that has the name now is the one on record
   * @throws dev.virtferry.libvirt.HostUnreachable when the destination is away; call it again
   */
  void delete(
      LeasedMigration migration, Host destination, BiPredicate<VolumeRecord, StorageVolume> known) {
    var deletion = new Deletion(removal.rollback(destination.address()));
    for (VolumeRecord volume : migration.latest().volumes()) {
      unmade(volume, destination, deletion, known)
          .ifPresentOrElse(migration::replace, () -> forget(migration, volume));
    }
  }

  /** What is to be written of it; empty when it never came into being. */
  private Optional<VolumeRecord> unmade(
      VolumeRecord volume,
      Host destination,
      Deletion deletion,
      BiPredicate<VolumeRecord, StorageVolume> known) {
    return switch (volume.state()) {
      case MADE -> Optional.of(deletion.of(volume, now -> known.test(volume, now)));
      case PLANNED -> unmadePlan(volume, destination, deletion);
      case KEPT, DELETED, LEFT -> Optional.of(volume);
    };
  }

  /** Between the record and the answer of libvirt somebody else may have made it. */
  private Optional<VolumeRecord> unmadePlan(
      VolumeRecord volume, Host destination, Deletion deletion) {
    try {
      return volumes
          .capacity(volume.pool(), volume.name(), destination.address())
          .map(capacity ->
              capacity.equals(volume.bornBytes())
                  ? deletion.of(volume, now -> bornAs(volume, now))
                  : volume.left("virt-ferry did not make the one that is there."));
    } catch (LibvirtFailure e) {
      return Optional.of(volume.left("libvirt does not tell whether it is there: " + e.message()));
    }
  }

  private static boolean bornAs(VolumeRecord volume, StorageVolume now) {
    return Long.valueOf(now.capacityBytes()).equals(volume.bornBytes());
  }

  private static void forget(LeasedMigration migration, VolumeRecord volume) {
    migration.change(
        "a volume was never made",
        m -> m.recordVolumes(m.volumes().stream().filter(v -> !v.same(volume)).toList()));
  }

  /** Deletes nothing and says why. */
  void leave(LeasedMigration migration, String why) {
    migration.change(
        "volumes are left",
        m ->
            m.recordVolumes(
                m.volumes().stream().map(volume -> volume.unlessSettled(why)).toList()));
  }

  /**
   * Writes down the images that were there before and that an unfinished copy wrote into. Leaves
   * out those that were replaced, and those that held the data of others.
   */
  void leaveUnfinished(
      LeasedMigration migration, Host destination, BiPredicate<VolumePlan, StorageVolume> known) {
    List<OwnImage> own =
        migration.latest().plan().disks().stream()
            .filter(plan -> plan.action() == Action.REUSE && plan.harmless())
            .flatMap(plan -> unfinished(plan, destination, known).stream())
            .toList();
    migration.leave(own);
  }

  private Optional<OwnImage> unfinished(
      VolumePlan plan, Host destination, BiPredicate<VolumePlan, StorageVolume> known) {
    VolumeSpec volume = Objects.requireNonNull(plan.volume());
    return shown
        .of(volume.pool(), volume.name(), destination)
        .filter(image -> known.test(plan, image))
        .map(image -> new OwnImage(plan.names().getFirst(), VolumeMark.of(image)));
  }
}
