package dev.virtferry.migration.run;

import dev.virtferry.disk.BackingImage;
import dev.virtferry.disk.DestinationVolumes;
import dev.virtferry.disk.VolumeMark;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.disk.VolumeRemoval;
import dev.virtferry.disk.VolumeRemoval.Doomed;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.VolumeSpec;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.VolumeRecord;
import dev.virtferry.migration.VolumeRecord.Fate;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Makes the volumes that a migration needs, before libvirt is called. What is about to be made is
 * written down first.
 */
@Component
final class VolumeMaker {

  private final DestinationVolumes volumes;
  private final VolumeRemoval removal;

  VolumeMaker(DestinationVolumes volumes, VolumeRemoval removal) {
    this.volumes = volumes;
    this.removal = removal;
  }

  /**
   * Makes what the plans say, in the place of what they replace.
   *
   * @throws LibvirtFailure when a volume could not be made; what was made before is on record
   * @throws Refused when somebody replaced one of them, or wrote into it
   */
  void make(LeasedMigration migration, List<VolumePlan> plans, Host destination) {
    Map<VolumePlan, VolumeRecord> missing = new LinkedHashMap<>();
    plans.stream()
        .filter(plan -> plan.action() == Action.CREATE)
        .forEach(plan -> missing.put(plan, VolumeRecord.planned(plan, destination.name())));
    writeDown(migration, missing.values());
    missing.forEach((plan, record) -> make(migration, plan, record, destination));
  }

  /** Earlier records stay: they tell what became of the volumes of a run that died here. */
  private static void writeDown(LeasedMigration migration, Collection<VolumeRecord> missing) {
    List<VolumeRecord> records = new ArrayList<>(migration.latest().volumes());
    for (VolumeRecord volume : missing) {
      records.removeIf(volume::same);
      records.add(volume);
    }
    migration.change("volumes are written down", m -> m.recordVolumes(records));
  }

  private void make(
      LeasedMigration migration, VolumePlan plan, VolumeRecord planned, Host destination) {
    if (plan.replaces()) {
      clear(plan, destination);
    }
    // Born with a size that nobody else gives it, it is known as ours whenever we die.
    long bornBytes = Objects.requireNonNull(planned.bornBytes());
    volumes.make(plan, bornBytes, destination.address());
    VolumeRecord born = marked(planned.now(Fate.MADE), bornBytes, destination);
    migration.replace(born);
    if (born.mark() == null) {
      throw new Refused(replaced(plan, destination));
    }
    volumes.trim(plan, destination.address());
    migration.replace(marked(born, plan.imageBytes(), destination));
  }

  /** Deletes the domain's own old image, unless anybody has it or wrote into it by now. */
  private void clear(VolumePlan plan, Host destination) {
    VolumeSpec old = Objects.requireNonNull(plan.volume());
    VolumeMark known = Objects.requireNonNull(plan.mark());
    removal
        .replacement(destination.address())
        .delete(new Doomed(old.pool(), old.name()), known::isUnchanged)
        .ifPresent(why -> {
          throw new Refused(
              Problem.of(
                  ProblemType.DESTINATION_STORAGE,
                  "%s on %s was to be replaced for %s and is left. %s"
                      .formatted(plan.path(), destination.name(), plan.target(), why)));
        });
  }

  /** Knows it by how it looks now, unless it is not what was just made or trimmed. */
  private VolumeRecord marked(VolumeRecord made, long bytes, Host destination) {
    @Nullable VolumeMark before = made.mark();
    return now(made.pool(), made.name(), destination)
        .filter(now -> now.hasBeenGiven(bytes))
        .filter(now -> before == null || before.mayBeTrimmedTo(now))
        .map(now -> made.marked(VolumeMark.of(now)))
        .orElse(made);
  }

  /**
   * Looks once more at what libvirt is about to copy into, and at what that is built on.
   *
   * @throws Refused when somebody replaced one of them, or wrote into it
   */
  void requireUntouched(LeasedMigration migration, TransferPlan transfer, Host destination) {
    for (VolumePlan plan : transfer.disks()) {
      @Nullable VolumeMark known =
          switch (plan.action()) {
            case CREATE -> born(migration, plan, destination).orElse(null);
            case REUSE -> plan.harmless() ? plan.mark() : null;
            case EXPECT -> null;
          };
      @Nullable VolumeSpec volume = plan.volume();
      if (known != null
          && volume != null
          && now(volume.pool(), volume.name(), destination).filter(known::isUntouched).isEmpty()) {
        throw new Refused(replaced(plan, destination));
      }
      requireUnwritten(plan, destination);
    }
  }

  /** What its copy is built on was compared when it was planned, or even read. */
  private void requireUnwritten(VolumePlan plan, Host destination) {
    for (BackingImage image : plan.backing()) {
      BackingImage.Volume there = image.destination();
      if (now(there.pool(), there.name(), destination).filter(there::isStill).isEmpty()) {
        throw new Refused(BackingVerifier.changed(plan, image));
      }
    }
  }

  /** By what the volume was known when it was made for the disk, if one was. */
  private static Optional<VolumeMark> born(
      LeasedMigration migration, VolumePlan plan, Host destination) {
    return migration.latest().volumes().stream()
        .filter(v -> v.target().equals(plan.target()) && v.host().equals(destination.name()))
        .map(VolumeRecord::mark)
        .filter(Objects::nonNull)
        .findFirst();
  }

  /** By what the image that is copied into was known before that, if it was. */
  static Optional<VolumeMark> mark(LeasedMigration migration, VolumePlan plan, Host destination) {
    return plan.action() == Action.REUSE
        ? Optional.ofNullable(plan.mark())
        : born(migration, plan, destination);
  }

  private Optional<StorageVolume> now(String pool, String name, Host destination) {
    return volumes.glance(pool, name, destination.address());
  }

  private static Problem replaced(VolumePlan plan, Host destination) {
    return Problem.of(
        ProblemType.DESTINATION_STORAGE,
        "Somebody replaced %s on %s, or wrote into it, right before %s was to be copied there."
            .formatted(plan.path(), destination.name(), plan.target()));
  }
}
