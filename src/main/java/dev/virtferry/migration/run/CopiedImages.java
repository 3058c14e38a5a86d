package dev.virtferry.migration.run;

import static java.util.stream.Collectors.toMap;

import dev.virtferry.disk.VolumePlan;
import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.VolumeRecord;
import dev.virtferry.migration.truth.HostsObservation;
import dev.virtferry.time.Moment;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The images that one run copies, at both ends: what it saw of them meanwhile, and what becomes of
 * them by that. Nothing is deleted that is not known again.
 */
final class CopiedImages {

  private final LeasedMigration migration;
  private final BothHosts hosts;
  private final TransferPlan transfer;
  private final ShownVolumes shown;
  private final MadeVolumes made;
  private final Originals originals;
  private final VolumeMarks marks;
  private final QemuImages qemu;
  private final WatchedOriginals watched;
  private final ImagesBeneath beneath;

  CopiedImages(
      LeasedMigration migration,
      BothHosts hosts,
      ShownVolumes shown,
      MadeVolumes made,
      Originals originals) {
    this.migration = migration;
    this.hosts = hosts;
    this.transfer = hosts.transfer();
    this.shown = shown;
    this.made = made;
    this.originals = originals;
    this.marks =
        new VolumeMarks(
            transfer.disks().stream()
                .collect(toMap(VolumePlan::target, VolumePlan::imageBytes, (a, _) -> a)));
    this.qemu = new QemuImages(hosts, shown, marks);
    this.watched = new WatchedOriginals(qemu, () -> shown.originals(transfer, hosts.source()));
    this.beneath = new ImagesBeneath(hosts, shown);
  }

  /** The run begins to watch them. */
  void begin(Moment now) {
    marks.begin(now);
  }

  /** Remembers how far the source told that the copies are. */
  void copying(HostsObservation observation, Moment now) {
    marks.copying(observation.blockJobs(), now);
  }

  /** Looks at all that can't be told any more once the copy runs. */
  void lookBeforeTheCall(Moment now) {
    watched.compare(now);
  }

  /** Looks whether the images that are copied are still those that the guest has, or has left. */
  void watchOriginals(HostsObservation observation, Moment now) {
    watched.watch(observation, now);
  }

  /** Remembers how the images look that are copied into, while they are. */
  void markWritten(Moment at) {
    Map<VolumeRecord, StorageVolume> fresh = shown.made(migration, hosts.destination());
    Map<String, StorageVolume> reused = shown.reused(transfer, hosts.destination());
    // Asked for last, it counts all that can have been in them.
    Map<String, BlockJob> jobs = hosts.blockJobs();
    fresh.forEach((volume, now) -> marks.written(volume, now, jobs.get(volume.target()), at));
    for (VolumePlan plan : transfer.disks()) {
      @Nullable StorageVolume now = reused.get(plan.target());
      if (now != null) {
        marks.written(plan, now, jobs.get(plan.target()), at);
      }
    }
  }

  /** Remembers how the images look that were copied into, now that nobody writes them any more. */
  void markAtRest(Moment at) {
    shown
        .made(migration, hosts.destination())
        .forEach((volume, now) -> marks.atRest(volume, now, at));
    Map<String, StorageVolume> reused = shown.reused(transfer, hosts.destination());
    for (VolumePlan plan : transfer.disks()) {
      @Nullable StorageVolume now = reused.get(plan.target());
      if (now != null) {
        marks.atRest(plan, now, at);
      }
    }
  }

  /** The path of an image at the destination that is copied into and has vanished, if one has. */
  Optional<String> vanished() {
    return shown.vanished(transfer, hosts.destination());
  }

  /** The path of one that was made and in whose place somebody put another, if there is one. */
  Optional<String> replaced() {
    return marks.replaced();
  }

  /** The guest uses the copies, where it is not seen to use others. */
  void keepCopies() {
    qemu.lookAtCopies(migration);
    made.keep(migration, hosts.destination(), target -> !qemu.copies().isReplaced(target));
  }

  /** Whether a pool of the source shows each image that is copied, under its own path. */
  boolean originalsStand() {
    Map<String, StorageVolume> there = shown.originals(transfer, hosts.source());
    return transfer.disks().stream().allMatch(plan -> stands(plan, there.get(plan.target())));
  }

  private static boolean stands(VolumePlan plan, @Nullable StorageVolume now) {
    return now != null
        && plan.original() != null
        && now.path().equals(plan.original().path())
        && now.guestBytes() == plan.imageBytes();
  }

  /**
   * Deletes the volumes that were made for nothing, but for those that some domain names by now,
   * and those that are not known again.
   *
   * @throws HostUnreachable when the destination is away; call it again
   */
  void deleteCopies() {
    if (migration.latest().volumes().stream().allMatch(VolumeRecord::settled)) {
      return;
    }
    boolean untouched = migration.latest().timeline().startedAt() == null;
    made.delete(
        migration, hosts.destination(), (volume, now) -> marks.know(volume, now, untouched));
  }

  /** Leaves the volumes that were made for nothing where they are, and says why. */
  void leaveCopies(String why) {
    made.leave(migration, why);
  }

  /** Writes down which images of the guest's own a copy that came to nothing left unfinished. */
  void leaveUnfinished() {
    made.leaveUnfinished(migration, hosts.destination(), marks::know);
  }

  /**
   * Deletes the images at the source that were copied, where the destination is seen to run the
   * domain on the copies; else it leaves them and says why.
   */
  void deleteOriginals() {
    try {
      if (qemu.runsOnCopies()) {
        originals.delete(migration, hosts.source(), this::doubt, this::isOriginal);
      } else {
        leaveOriginals("The destination is not seen to run on its copies.");
      }
    } catch (HostUnreachable | LibvirtFailure e) {
      leaveOriginals("A host does not tell what it is needed for: " + e.getMessage());
    }
  }

  /** Why the guest is not known to have all of a disk in its copy; empty when it is. */
  private Optional<String> doubt(VolumePlan plan) {
    if (!beneath.areAsTheyWere(plan)) {
      return Optional.of(
          "What its copy is built on at the destination is not known to be what it was before.");
    }
    return qemu.copies().isOpen(plan.target())
        ? Optional.empty()
        : Optional.of("The guest is not seen to write into its copy.");
  }

  private boolean isOriginal(VolumePlan plan, StorageVolume now) {
    return watched.isKnown(plan.target(), now);
  }

  /** Deletes nothing of what was to be deleted at the source, and says why. */
  void leaveOriginals(String why) {
    originals.leave(migration, hosts.source(), why);
  }

  /** Writes down which images the guest left at the source. */
  void leaveBehind() {
    originals.leaveBehind(migration, hosts.source(), this::isOriginal);
  }
}
