package dev.virtferry.migration.run;

import dev.virtferry.disk.DestinationVolumes;
import dev.virtferry.disk.ImageName;
import dev.virtferry.disk.VolumeMark;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.disk.VolumeRemoval;
import dev.virtferry.disk.VolumeRemoval.Doomed;
import dev.virtferry.disk.VolumeRemoval.Round;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.VolumeSpec;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.Order;
import dev.virtferry.migration.OwnImage;
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
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Makes the volumes that a migration needs, and deletes those and no others when it came to
 * nothing. What is about to be made is written down first; what is deleted was written down as
 * made.
 */
@Component
final class VolumeLifecycle {

  private static final Logger log = LoggerFactory.getLogger(VolumeLifecycle.class);

  private static final String NOT_OPEN =
      "The guest writes into another file, which had this name before somebody replaced it. Give"
          + " that file its name back before the domain is stopped, or copy the disk once more.";

  private final DestinationVolumes volumes;
  private final VolumeRemoval removal;

  VolumeLifecycle(DestinationVolumes volumes, VolumeRemoval removal) {
    this.volumes = volumes;
    this.removal = removal;
  }

  /**
   * Makes what the plans say.
   *
   * @throws LibvirtFailure when a volume could not be made; what was made before is on record
   */
  void make(LeasedMigration migration, List<VolumePlan> plans, Host destination) {
    Map<VolumePlan, VolumeRecord> missing = new LinkedHashMap<>();
    plans.stream()
        .filter(plan -> plan.action() == Action.CREATE)
        .forEach(plan -> missing.put(plan, VolumeRecord.planned(plan, destination.name())));
    writeDown(migration, missing.values());
    missing.forEach((plan, record) -> {
      // Born with a size that nobody else gives it, it is known as ours whenever we die.
      long bornBytes = Objects.requireNonNull(record.bornBytes());
      volumes.make(plan, bornBytes, destination.address());
      VolumeRecord born = marked(record.now(Fate.MADE), bornBytes, destination);
      replace(migration, born);
      if (born.mark() == null) {
        throw new Refused(replaced(plan, destination));
      }
      volumes.trim(plan, destination.address());
      replace(migration, marked(born, plan.capacityBytes(), destination));
    });
  }

  /** Knows it by how it looks now, unless it is not what was just made or trimmed. */
  private VolumeRecord marked(VolumeRecord made, long bytes, Host destination) {
    @Nullable VolumeMark before = made.mark();
    return now(made, destination)
        .filter(now -> now.hasBeenGiven(bytes))
        .filter(now -> before == null || before.mayBeTrimmedTo(now))
        .map(now -> made.marked(VolumeMark.of(now)))
        .orElse(made);
  }

  /**
   * Looks once more at what libvirt is about to copy into.
   *
   * @throws Refused when somebody replaced one of them, or wrote into it
   */
  void requireUntouched(LeasedMigration migration, Order order, Host destination) {
    List<VolumeRecord> made = migration.latest().volumes();
    for (VolumePlan plan : order.disks()) {
      @Nullable VolumeMark known =
          switch (plan.action()) {
            case CREATE -> mark(made, plan, destination);
            case REUSE -> plan.harmless() ? plan.mark() : null;
            case EXPECT -> null;
          };
      @Nullable VolumeSpec volume = plan.volume();
      if (known != null && volume != null && !isUntouched(known, volume, destination)) {
        throw new Refused(replaced(plan, destination));
      }
    }
  }

  private static Problem replaced(VolumePlan plan, Host destination) {
    return Problem.of(
        ProblemType.DESTINATION_STORAGE,
        "Somebody replaced %s on %s, or wrote into it, right before %s was to be copied there."
            .formatted(plan.path(), destination.name(), plan.target()));
  }

  /** By what the image that is copied into was known before that, if it was. */
  Optional<VolumeMark> mark(LeasedMigration migration, VolumePlan plan, Host destination) {
    return Optional.ofNullable(
        plan.action() == Action.REUSE
            ? plan.mark()
            : mark(migration.latest().volumes(), plan, destination));
  }

  private static @Nullable VolumeMark mark(
      List<VolumeRecord> made, VolumePlan plan, Host destination) {
    return made.stream()
        .filter(v -> v.target().equals(plan.target()) && v.host().equals(destination.name()))
        .map(VolumeRecord::mark)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private boolean isUntouched(VolumeMark known, VolumeSpec volume, Host destination) {
    return volumes
        .glance(volume.pool(), volume.name(), destination.address())
        .filter(known::isUntouched)
        .isPresent();
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

  private static void replace(LeasedMigration migration, VolumeRecord after) {
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

  /**
   * Shows the volumes that were made and not settled, as they are now; not those that can't be
   * looked at.
   */
  void look(
      LeasedMigration migration, Host destination, BiConsumer<VolumeRecord, StorageVolume> viewer) {
    migration.latest().volumes().stream()
        .filter(volume -> volume.state() == Fate.MADE)
        .forEach(volume -> seen(volume, destination).ifPresent(now -> viewer.accept(volume, now)));
  }

  /** What the paths show of images that were there before and are copied into, by disk target. */
  Map<String, StorageVolume> reused(Order order, Host destination) {
    Map<String, StorageVolume> shown = new LinkedHashMap<>();
    for (VolumePlan plan : order.disks()) {
      @Nullable VolumeSpec volume = plan.volume();
      if (plan.action() == Action.REUSE && volume != null) {
        seen(volume.pool(), volume.name(), destination)
            .ifPresent(now -> shown.put(plan.target(), now));
      }
    }
    return shown;
  }

  /** What the paths of the images show that are copied, by disk target; those that a pool has. */
  Map<String, StorageVolume> originals(Order order, Host source) {
    Map<String, StorageVolume> shown = new LinkedHashMap<>();
    for (VolumePlan plan : order.disks()) {
      @Nullable Original original = plan.original();
      if (original != null) {
        seen(original.pool(), original.name(), source)
            .ifPresent(volume -> shown.put(plan.target(), volume));
      }
    }
    return shown;
  }

  private Optional<StorageVolume> seen(VolumeRecord volume, Host destination) {
    return seen(volume.pool(), volume.name(), destination);
  }

  private Optional<StorageVolume> seen(String pool, String name, Host host) {
    try {
      return volumes.glance(pool, name, host.address());
    } catch (HostUnreachable | LibvirtFailure e) {
      log.debug("{} of pool {} can't be looked at: {}", name, pool, e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<StorageVolume> now(VolumeRecord volume, Host destination) {
    return volumes.glance(volume.pool(), volume.name(), destination.address());
  }

  /**
   * The guest uses them now.
   *
   * @param open whether it is not seen to use another file, for a disk target, than the one that
   *     has the image's name
   */
  void keep(LeasedMigration migration, Host destination, Predicate<String> open) {
    List<VolumeRecord> made = migration.latest().volumes();
    List<VolumeRecord> records =
        new ArrayList<>(made.stream().map(v -> inUse(v, open.test(v.target()))).toList());
    migration.latest().order().disks().stream()
        .filter(plan -> plan.action() == Action.REUSE && !open.test(plan.target()))
        .map(plan -> reused(plan, destination))
        .filter(volume -> made.stream().noneMatch(volume::same))
        .forEach(records::add);
    migration.change("volumes are kept", m -> m.recordVolumes(records));
  }

  private static VolumeRecord reused(VolumePlan plan, Host destination) {
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
   * nothing of the domain and the source must run it without a job.
   *
   * @param known whether the volume that has the name now is the one on record
   * @throws dev.virtferry.libvirt.HostUnreachable when the destination is away; call it again
   */
  void delete(
      LeasedMigration migration, Host destination, BiPredicate<VolumeRecord, StorageVolume> known) {
    Round round = removal.rollback(destination.address());
    for (VolumeRecord volume : migration.latest().volumes()) {
      unmade(volume, destination, round, known)
          .ifPresentOrElse(after -> replace(migration, after), () -> forget(migration, volume));
    }
  }

  /** Deletes nothing and says why. */
  void leave(LeasedMigration migration, String why) {
    migration.change(
        "volumes are left",
        m ->
            m.recordVolumes(
                m.volumes().stream().map(volume -> volume.unlessSettled(why)).toList()));
  }

  /** What is to be written of it; empty when it never came into being. */
  private Optional<VolumeRecord> unmade(
      VolumeRecord volume,
      Host destination,
      Round round,
      BiPredicate<VolumeRecord, StorageVolume> known) {
    return switch (volume.state()) {
      case MADE -> Optional.of(deleted(volume, round, now -> known.test(volume, now)));
      case PLANNED -> unmadePlan(volume, destination, round);
      case KEPT, DELETED, LEFT -> Optional.of(volume);
    };
  }

  /** Between the record and the answer of libvirt somebody else may have made it. */
  private Optional<VolumeRecord> unmadePlan(VolumeRecord volume, Host destination, Round round) {
    try {
      return volumes
          .capacity(volume.pool(), volume.name(), destination.address())
          .map(capacity ->
              capacity.equals(volume.bornBytes())
                  ? deleted(volume, round, now -> bornAs(volume, now))
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

  private static VolumeRecord deleted(
      VolumeRecord volume, Round round, Predicate<StorageVolume> known) {
    try {
      return round
          .delete(new Doomed(volume.pool(), volume.name()), known)
          .map(volume::left)
          .orElseGet(() -> volume.now(Fate.DELETED));
    } catch (LibvirtFailure e) {
      log.warn("{} could not be deleted: {}", volume.path(), e.message());
      return volume.left("libvirt did not delete it: " + e.message());
    }
  }

  /**
   * Deletes the images that were copied, at the source. The destination must be seen to run the
   * domain on its copies. Two disks of a guest are never one file, however much they look alike:
   * QEMU locks what it writes.
   *
   * @param written whether the guest is seen to write into the copy that was made, for a disk
   *     target
   * @param known whether the volume that has the path now is the one that was copied
   */
  void deleteOriginals(
      LeasedMigration migration,
      Host source,
      Predicate<String> written,
      BiPredicate<VolumePlan, StorageVolume> known) {
    Migration now = migration.latest();
    List<String> originals =
        now.order().disks().stream().map(plan -> original(plan, source).path()).toList();
    Round round = removal.round(source.address(), originals);
    record(
        migration,
        source,
        plan ->
            withoutOriginal(
                now,
                plan,
                source,
                round,
                written.test(plan.target()),
                there -> known.test(plan, there)));
  }

  /** Says why the images that were copied are left at the source. */
  void leaveOriginals(LeasedMigration migration, Host source, String why) {
    record(migration, source, plan -> original(plan, source).left(why));
  }

  /** Writes down what becomes of each image that was copied, where that was not said before. */
  private static void record(
      LeasedMigration migration, Host source, Function<VolumePlan, VolumeRecord> fate) {
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

  /**
   * Writes down the images that the guest left at the source. It must be seen to have arrived, and
   * the source to have let go of it; both hosts must not have run it.
   */
  void leaveBehind(
      LeasedMigration migration, Host source, BiPredicate<VolumePlan, StorageVolume> known) {
    Migration now = migration.latest();
    List<OwnImage> own =
        now.order().disks().stream()
            .filter(plan -> plan.original() != null && !isDeleted(now, plan, source))
            .flatMap(
                plan -> left(plan, Objects.requireNonNull(plan.original()), source, known).stream())
            .toList();
    leave(migration, own);
  }

  private static boolean isDeleted(Migration migration, VolumePlan plan, Host source) {
    return migration.volumes().stream()
        .anyMatch(v -> isOriginal(v, plan, source) && v.state() == Fate.DELETED);
  }

  private Optional<OwnImage> left(
      VolumePlan plan,
      Original original,
      Host source,
      BiPredicate<VolumePlan, StorageVolume> known) {
    return seen(original.pool(), original.name(), source)
        .filter(image -> image.capacityBytes() == plan.capacityBytes() && known.test(plan, image))
        .map(image ->
            new OwnImage(new ImageName(source.name(), original.path()), VolumeMark.of(image)));
  }

  /**
   * Writes down the images that were there before and that a copy into which came to nothing. Not
   * those that held what was not known as the domain's own, and not one that was replaced.
   */
  void leaveUnfinished(
      LeasedMigration migration, Host destination, BiPredicate<VolumePlan, StorageVolume> known) {
    List<OwnImage> own =
        migration.latest().order().disks().stream()
            .filter(plan -> plan.action() == Action.REUSE && plan.harmless())
            .flatMap(plan -> unfinished(plan, destination, known).stream())
            .toList();
    leave(migration, own);
  }

  private Optional<OwnImage> unfinished(
      VolumePlan plan, Host destination, BiPredicate<VolumePlan, StorageVolume> known) {
    VolumeSpec volume = Objects.requireNonNull(plan.volume());
    return seen(volume.pool(), volume.name(), destination)
        .filter(image -> known.test(plan, image))
        .map(image -> new OwnImage(plan.names().getFirst(), VolumeMark.of(image)));
  }

  private static void leave(LeasedMigration migration, List<OwnImage> own) {
    migration.change("its own images are written down", m -> m.leave(own));
  }

  private static VolumeRecord original(VolumePlan plan, Host source) {
    Original known = plan.original();
    String path = Objects.requireNonNullElse(plan.from(), plan.path());
    Original original = known == null ? new Original("", "", path, null) : known;
    return VolumeRecord.of(plan.target(), original, source.name());
  }

  private static boolean isOriginal(VolumeRecord volume, VolumePlan plan, Host source) {
    return volume.host().equals(source.name()) && volume.target().equals(plan.target());
  }

  private VolumeRecord withoutOriginal(
      Migration migration,
      VolumePlan plan,
      Host source,
      Round round,
      boolean written,
      Predicate<StorageVolume> known) {
    VolumeRecord volume = original(plan, source);
    if (plan.original() == null) {
      return volume.left("No pool of %s has it.".formatted(source.name()));
    }
    Optional<VolumeRecord> copy =
        migration.volumes().stream()
            .filter(v -> v.target().equals(plan.target()) && !isOriginal(v, plan, source))
            .findFirst();
    if (copy.filter(v -> v.state() == Fate.LEFT).isPresent()) {
      return volume.left("Its copy is not known to have its name at the destination.");
    }
    if (copy.filter(v -> v.state() == Fate.KEPT).isEmpty()) {
      // What was there before may be the same storage under both hosts.
      return volume.left("virt-ferry did not make the copy, so they may be one and the same.");
    }
    if (!written) {
      return volume.left("The guest is not seen to write into its copy.");
    }
    try {
      return deleted(volume, round, known.and(now -> now.path().equals(volume.path())));
    } catch (HostUnreachable e) {
      log.warn("{} could not be deleted: {}", volume.path(), e.getMessage());
      return volume.left("%s was unreachable when it was to be deleted.".formatted(source.name()));
    }
  }
}
