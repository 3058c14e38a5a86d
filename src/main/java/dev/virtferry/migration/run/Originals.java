package dev.virtferry.migration.run;

import dev.virtferry.disk.ImageName;
import dev.virtferry.disk.VolumeMark;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.disk.VolumeRemoval;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.OwnImage;
import dev.virtferry.migration.VolumeRecord;
import dev.virtferry.migration.VolumeRecord.Fate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * What becomes of the images at the source that were copied, once the guest is seen to have
 * arrived: they are deleted where that was asked for, or known from then on as the domain's own.
 */
@Component
final class Originals {

  private static final Logger log = LoggerFactory.getLogger(Originals.class);

  private final VolumeRemoval removal;
  private final ShownVolumes shown;

  Originals(VolumeRemoval removal, ShownVolumes shown) {
    this.removal = removal;
    this.shown = shown;
  }

  /**
   * Deletes them. The destination must be seen to run the domain on its copies. Two disks of a
   * guest are never one file, however much they look alike: QEMU locks what it writes.
   *
   * @param doubt why the guest is not known to have all of a disk in its copy; empty when it is
   * @param known whether the volume that has the path now is the one that was copied
   */
  void delete(
      LeasedMigration migration,
      Host source,
      Function<VolumePlan, Optional<String>> doubt,
      BiPredicate<VolumePlan, StorageVolume> known) {
    Migration now = migration.latest();
    List<String> paths =
        now.plan().disks().stream().map(plan -> original(plan, source).path()).toList();
    var deletion = new Deletion(removal.round(source.address(), paths));
    record(
        migration,
        source,
        plan ->
            whyItStays(now, plan, source, doubt)
                .map(original(plan, source)::left)
                .orElseGet(
                    () -> deleted(plan, source, deletion, there -> known.test(plan, there))));
  }

  /** Says why they are left. */
  void leave(LeasedMigration migration, Host source, String why) {
    record(migration, source, plan -> original(plan, source).left(why));
  }

  /** Writes down what becomes of each, where that was not said before. */
  private static void record(
      LeasedMigration migration, Host source, Function<VolumePlan, VolumeRecord> fate) {
    Migration now = migration.latest();
    for (VolumePlan plan : now.plan().disks()) {
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
    @Nullable Original known = plan.original();
    String path = Objects.requireNonNullElse(plan.from(), plan.path());
    Original original = known == null ? new Original("", "", path, null) : known;
    return VolumeRecord.of(plan.target(), original, source.name());
  }

  private static boolean isOriginal(VolumeRecord volume, VolumePlan plan, Host source) {
    return volume.host().equals(source.name()) && volume.target().equals(plan.target());
  }

  /** Why it must not be deleted; empty when nothing speaks against it. */
  private static Optional<String> whyItStays(
      Migration migration,
      VolumePlan plan,
      Host source,
      Function<VolumePlan, Optional<String>> doubt) {
    @Nullable Original original = plan.original();
    if (original == null) {
      return Optional.of("No pool of %s has it.".formatted(source.name()));
    }
    if (isLonger(original.mark(), plan.capacityBytes())) {
      return Optional.of(
          "It is longer than the disk that the guest had, so its copy lacks the end.");
    }
    Optional<Fate> copy =
        migration.volumes().stream()
            .filter(v -> v.target().equals(plan.target()) && !isOriginal(v, plan, source))
            .map(VolumeRecord::state)
            .findFirst();
    if (copy.filter(fate -> fate == Fate.LEFT).isPresent()) {
      return Optional.of("Its copy is not known to have its name at the destination.");
    }
    if (copy.filter(fate -> fate == Fate.KEPT).isEmpty()) {
      // What was there before may be the same storage under both hosts.
      return Optional.of("virt-ferry did not make the copy, so they may be one and the same.");
    }
    return doubt.apply(plan);
  }

  /** QEMU keeps to the length that a file had when it was opened. */
  private static boolean isLonger(@Nullable VolumeMark original, long guestBytes) {
    return original != null && guestBytes > 0 && original.capacityBytes() > guestBytes;
  }

  private static VolumeRecord deleted(
      VolumePlan plan, Host source, Deletion deletion, Predicate<StorageVolume> known) {
    VolumeRecord volume = original(plan, source);
    try {
      return deletion.of(volume, known.and(now -> now.path().equals(volume.path())));
    } catch (HostUnreachable e) {
      log.warn("{} could not be deleted: {}", volume.path(), e.getMessage());
      return volume.left("%s was unreachable when it was to be deleted.".formatted(source.name()));
    }
  }

  /**
   * Writes down those that the guest left. It must be seen to have arrived, and the source to have
   * let go of it; both hosts must not have run it.
   *
   * @param known whether the volume that has the path now is the one that was copied
   */
  void leaveBehind(
      LeasedMigration migration, Host source, BiPredicate<VolumePlan, StorageVolume> known) {
    Migration now = migration.latest();
    List<OwnImage> own =
        now.plan().disks().stream()
            .filter(plan -> plan.original() != null && !isDeleted(now, plan, source))
            .flatMap(
                plan -> left(plan, Objects.requireNonNull(plan.original()), source, known).stream())
            .toList();
    migration.leave(own);
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
    return shown
        .of(original.pool(), original.name(), source)
        .filter(image -> image.guestBytes() == plan.imageBytes() && known.test(plan, image))
        .map(image ->
            new OwnImage(new ImageName(source.name(), original.path()), VolumeMark.of(image)));
  }
}
