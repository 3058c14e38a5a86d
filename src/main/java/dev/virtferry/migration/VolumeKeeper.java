package dev.virtferry.migration;

import dev.virtferry.disk.DestinationVolumes;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.migration.MadeVolume.Fate;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Makes the volumes that a migration needs, and deletes those and no others when it came to
 * nothing. What is about to be made is written down first; what is deleted was written down as
 * made.
 */
@Component
final class VolumeKeeper {

  private static final Logger log = LoggerFactory.getLogger(VolumeKeeper.class);

  private final DestinationVolumes volumes;

  VolumeKeeper(DestinationVolumes volumes) {
    this.volumes = volumes;
  }

  /**
   * Makes what the plans say.
   *
   * @throws LibvirtFailure when a volume could not be made; what was made before is on record
   */
  void make(HeldMigration migration, List<VolumePlan> plans, Host destination) {
    List<VolumePlan> missing =
        plans.stream().filter(plan -> plan.action() == Action.CREATE).toList();
    writeDown(migration, missing);
    for (VolumePlan plan : missing) {
      volumes.make(plan, destination.address());
      record(migration, plan.target(), Fate.MADE);
    }
  }

  /** Earlier records stay: a run that died here may have made some of them. */
  private static void writeDown(HeldMigration migration, List<VolumePlan> missing) {
    List<MadeVolume> records = new ArrayList<>(migration.latest().volumes());
    for (VolumePlan plan : missing) {
      records.removeIf(known -> known.target().equals(plan.target()));
      records.add(MadeVolume.planned(plan));
    }
    migration.change("volumes are written down", m -> m.recordVolumes(records));
  }

  private static void record(HeldMigration migration, String target, Fate fate) {
    migration.change(
        "a volume is " + fate,
        m ->
            m.recordVolumes(
                m.volumes().stream()
                    .map(volume -> volume.target().equals(target) ? volume.now(fate) : volume)
                    .toList()));
  }

  /** The guest uses them now. */
  void keep(HeldMigration migration) {
    migration.change(
        "volumes are kept",
        m -> m.recordVolumes(m.volumes().stream().map(v -> v.now(Fate.KEPT)).toList()));
  }

  /**
   * Deletes what was made. The destination must have nothing of the domain and the source must run
   * it without a job.
   *
   * @throws dev.virtferry.libvirt.HostUnreachable when the destination is away; call it again
   */
  void delete(HeldMigration migration, Host destination) {
    for (MadeVolume volume : migration.latest().volumes()) {
      MadeVolume after = deleted(volume, destination);
      if (!after.equals(volume)) {
        migration.change("a volume is " + after.state(), m -> m.recordVolumes(replaced(m, after)));
      }
    }
  }

  /** Deletes nothing and says why. */
  void leave(HeldMigration migration, String why) {
    migration.change(
        "volumes are left",
        m ->
            m.recordVolumes(
                m.volumes().stream()
                    .map(volume -> volume.state() == Fate.MADE ? volume.left(why) : volume)
                    .toList()));
  }

  private static List<MadeVolume> replaced(Migration migration, MadeVolume after) {
    return migration.volumes().stream()
        .map(volume -> volume.target().equals(after.target()) ? after : volume)
        .toList();
  }

  private MadeVolume deleted(MadeVolume volume, Host destination) {
    return switch (volume.state()) {
      case MADE -> {
        try {
          volumes.delete(volume.pool(), volume.name(), destination.address());
          yield volume.now(Fate.DELETED);
        } catch (LibvirtFailure e) {
          log.warn("{} could not be deleted: {}", volume.path(), e.message());
          yield volume.left("libvirt did not delete it: " + e.message());
        }
      }
      // Between the record and the answer of libvirt somebody else may have made it.
      case PLANNED -> volume.left("It is not certain that virt-ferry made it.");
      case KEPT, DELETED, LEFT -> volume;
    };
  }
}
