package dev.virtferry.migration;

import dev.virtferry.disk.DestinationVolumes;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.migration.VolumeRecord.Fate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
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
    Map<VolumePlan, VolumeRecord> missing = new LinkedHashMap<>();
    plans.stream()
        .filter(plan -> plan.action() == Action.CREATE)
        .forEach(plan -> missing.put(plan, VolumeRecord.planned(plan, destination.name())));
    writeDown(migration, missing.values());
    missing.forEach((plan, record) -> {
      // Born with a size that nobody else gives it, it is known as ours whenever we die.
      volumes.make(plan, Objects.requireNonNull(record.bornBytes()), destination.address());
      replace(migration, record.now(Fate.MADE));
      volumes.trim(plan, destination.address());
    });
  }

  /** Earlier records stay: they tell what became of the volumes of a run that died here. */
  private static void writeDown(HeldMigration migration, Collection<VolumeRecord> missing) {
    List<VolumeRecord> records = new ArrayList<>(migration.latest().volumes());
    for (VolumeRecord volume : missing) {
      records.removeIf(volume::same);
      records.add(volume);
    }
    migration.change("volumes are written down", m -> m.recordVolumes(records));
  }

  private static void replace(HeldMigration migration, VolumeRecord after) {
    migration.change(
        "a volume is " + after.state(),
        m -> m.recordVolumes(m.volumes().stream().map(v -> v.same(after) ? after : v).toList()));
  }

  /**
   * The image at the destination that is copied into and has vanished, if there is one. Where
   * libvirt can't tell, none is taken to be missing.
   */
  Optional<String> vanished(Order order, Host destination) {
    try {
      return order.disks().stream()
          .filter(plan -> !volumes.stands(plan, destination.address()))
          .map(VolumePlan::path)
          .findFirst();
    } catch (HostUnreachable | LibvirtFailure e) {
      log.debug("The volumes can't be looked at: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** The guest uses them now. */
  void keep(HeldMigration migration) {
    migration.change(
        "volumes are kept",
        m -> m.recordVolumes(m.volumes().stream().map(VolumeKeeper::inUse).toList()));
  }

  private static VolumeRecord inUse(VolumeRecord volume) {
    return switch (volume.state()) {
      case MADE -> volume.now(Fate.KEPT);
      case PLANNED -> volume.left("The guest uses it; it is not certain that virt-ferry made it.");
      case KEPT, DELETED, LEFT -> volume;
    };
  }

  /**
   * Deletes what was made. The destination must have nothing of the domain and the source must run
   * it without a job.
   *
   * @param inUse images of the destination that some domain there names, by path
   * @throws dev.virtferry.libvirt.HostUnreachable when the destination is away; call it again
   */
  void delete(HeldMigration migration, Host destination, Set<String> inUse) {
    for (VolumeRecord volume : migration.latest().volumes()) {
      unmade(volume, destination, inUse)
          .ifPresentOrElse(after -> replace(migration, after), () -> forget(migration, volume));
    }
  }

  /** Deletes nothing and says why. */
  void leave(HeldMigration migration, String why) {
    migration.change(
        "volumes are left",
        m ->
            m.recordVolumes(
                m.volumes().stream().map(volume -> volume.unlessSettled(why)).toList()));
  }

  /** What is to be written of it; empty when it never came into being. */
  private Optional<VolumeRecord> unmade(VolumeRecord volume, Host destination, Set<String> inUse) {
    if (!volume.settled() && inUse.contains(volume.path())) {
      return Optional.of(volume.left("A domain of %s uses it.".formatted(destination.name())));
    }
    return switch (volume.state()) {
      case MADE -> Optional.of(deleted(volume, destination));
      case PLANNED -> unmadePlan(volume, destination);
      case KEPT, DELETED, LEFT -> Optional.of(volume);
    };
  }

  /** Between the record and the answer of libvirt somebody else may have made it. */
  private Optional<VolumeRecord> unmadePlan(VolumeRecord volume, Host destination) {
    try {
      return volumes
          .capacity(volume.pool(), volume.name(), destination.address())
          .map(capacity ->
              capacity.equals(volume.bornBytes())
                  ? deleted(volume, destination)
                  : volume.left("virt-ferry did not make the one that is there."));
    } catch (LibvirtFailure e) {
      return Optional.of(volume.left("libvirt does not tell whether it is there: " + e.message()));
    }
  }

  private static void forget(HeldMigration migration, VolumeRecord volume) {
    migration.change(
        "a volume was never made",
        m -> m.recordVolumes(m.volumes().stream().filter(v -> !v.same(volume)).toList()));
  }

  private VolumeRecord deleted(VolumeRecord volume, Host host) {
    try {
      volumes.delete(volume.pool(), volume.name(), host.address());
      return volume.now(Fate.DELETED);
    } catch (LibvirtFailure e) {
      log.warn("{} could not be deleted: {}", volume.path(), e.message());
      return volume.left("libvirt did not delete it: " + e.message());
    }
  }

  /**
   * Deletes the images that were copied, at the source. The destination must be seen to run the
   * domain on its copies.
   *
   * @param stillInUse images of the source that some domain there names, by path
   */
  void deleteOriginals(HeldMigration migration, Host source, Set<String> stillInUse) {
    Migration now = migration.latest();
    record(migration, source, plan -> withoutOriginal(now, plan, source, stillInUse));
  }

  /** Says why the images that were copied are left at the source. */
  void leaveOriginals(HeldMigration migration, Host source, String why) {
    record(migration, source, plan -> original(plan, source).left(why));
  }

  /** Writes down what becomes of each image that was copied, where that was not said before. */
  private static void record(
      HeldMigration migration, Host source, Function<VolumePlan, VolumeRecord> fate) {
    Migration now = migration.latest();
    for (VolumePlan plan : now.order().disks()) {
      if (now.volumes().stream().noneMatch(v -> isOriginal(v, plan, source))) {
        VolumeRecord after = fate.apply(plan);
        List<VolumeRecord> records = new ArrayList<>(migration.latest().volumes());
        records.add(after);
        migration.change(
            "a source volume is " + after.state(), m -> m.recordVolumes(List.copyOf(records)));
      }
    }
  }

  private static VolumeRecord original(VolumePlan plan, Host source) {
    Original known = plan.original();
    Original original = known == null ? new Original("", "", plan.path()) : known;
    return VolumeRecord.of(plan.target(), original, source.name());
  }

  private static boolean isOriginal(VolumeRecord volume, VolumePlan plan, Host source) {
    return volume.host().equals(source.name()) && volume.target().equals(plan.target());
  }

  private VolumeRecord withoutOriginal(
      Migration migration, VolumePlan plan, Host source, Set<String> stillInUse) {
    VolumeRecord volume = original(plan, source);
    if (plan.original() == null) {
      return volume.left("No pool of %s has it.".formatted(source.name()));
    }
    boolean another =
        migration.volumes().stream()
            .anyMatch(v -> v.target().equals(plan.target()) && v.state() == Fate.KEPT);
    if (!another) {
      // What was there before may be the same storage under both hosts.
      return volume.left("virt-ferry did not make the copy, so they may be one and the same.");
    }
    if (stillInUse.contains(volume.path())) {
      return volume.left("A domain of %s uses it.".formatted(source.name()));
    }
    try {
      return deleted(volume, source);
    } catch (HostUnreachable e) {
      log.warn("{} could not be deleted: {}", volume.path(), e.getMessage());
      return volume.left("%s was unreachable when it was to be deleted.".formatted(source.name()));
    }
  }
}
