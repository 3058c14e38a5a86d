package dev.virtferry.migration.run;

import static java.util.stream.Collectors.toMap;

import dev.virtferry.disk.VolumeMark;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.CompletedJob;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.DomainEvent;
import dev.virtferry.libvirt.DomainRun;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.JobReading;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.Watch;
import dev.virtferry.migration.Order;
import dev.virtferry.migration.Tuning;
import dev.virtferry.migration.VolumeRecord;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One domain on the two hosts of its migration: what they show, and what they are asked to do. The
 * same for a migration just started and for one found again.
 */
final class BothHosts {

  private static final Logger log = LoggerFactory.getLogger(BothHosts.class);

  private static final int LOOKS_AT_OPEN_IMAGES = 3;

  private final Hypervisor hypervisor;
  private final VolumeLifecycle volumes;
  private final BandwidthTuner tuner;
  private final Order order;
  private final UUID domain;
  private final HostAddress source;
  private final HostAddress destination;
  private final Host sender;
  private final Host receiver;
  private final VolumeMarks marks;
  private final OpenImages originals;
  private final OpenImages copies;
  private final Map<String, VolumeMark> made = new HashMap<>();
  private final Map<HostAddress, HostReading.Unreachable> silences = new HashMap<>();

  BothHosts(
      Hypervisor hypervisor,
      VolumeLifecycle volumes,
      BandwidthTuner tuner,
      Order order,
      Host source,
      Host destination) {
    this.hypervisor = hypervisor;
    this.volumes = volumes;
    this.tuner = tuner;
    this.sender = source;
    this.receiver = destination;
    this.order = order;
    this.marks =
        new VolumeMarks(
            order.disks().stream()
                .collect(toMap(VolumePlan::target, VolumePlan::capacityBytes, (a, _) -> a)));
    this.originals = new OpenImages(target -> planned(order, target), _ -> true);
    this.copies = new OpenImages(this::lastOfCopy, target -> isEmpty(planned(order, target)));
    this.domain = order.guest().uuid();
    this.source = source.address();
    this.destination = destination.address();
  }

  /** The same with what a later look made of the order. */
  BothHosts with(Order planned) {
    return new BothHosts(hypervisor, volumes, tuner, planned, sender, receiver);
  }

  Host source() {
    return sender;
  }

  Host destination() {
    return receiver;
  }

  /** Reads both hosts now; a host that does not answer is a part of the sight, not an error. */
  HostsObservation look() {
    HostReading atSource = read(source);
    JobReading job =
        atSource instanceof HostReading.Seen(DomainCondition condition)
                && condition.state().active()
            ? hypervisor.job(source, domain)
            : JobReading.without(Activity.NONE);
    Map<String, BlockJob> blockJobs = job.activity() == Activity.RUNNING ? blockJobs() : Map.of();
    return new HostsObservation(atSource, read(destination), job, blockJobs);
  }

  /** What runs at the source, with its processor time; empty when it can't be told. */
  Optional<DomainRun> sourceRun() {
    try {
      return hypervisor.run(source, domain);
    } catch (HostUnreachable | LibvirtFailure e) {
      log.debug("The source does not tell the processor time", e);
      return Optional.empty();
    }
  }

  /** Says that either host has news of the domain, until the watch is closed. */
  Watch listen(Runnable onNews) {
    Watch atSource = hypervisor.watch(source, domain, news -> hear(source, news, onNews));
    Watch atDestination =
        hypervisor.watch(destination, domain, news -> hear(destination, news, onNews));
    return () -> {
      atSource.close();
      atDestination.close();
    };
  }

  private void hear(HostAddress host, DomainEvent news, Runnable onNews) {
    log.debug("{} of {} on {}", news, domain, host.name());
    onNews.run();
  }

  /** What the destination wrote down of a migration that arrived, if it tells. */
  Optional<CompletedJob> completedJob() {
    try {
      return hypervisor.completedJob(destination, domain);
    } catch (HostUnreachable | LibvirtFailure e) {
      log.debug("The destination does not tell how the migration went", e);
      return Optional.empty();
    }
  }

  /** Asks the source for the end of the job. */
  void abort() {
    hypervisor.abort(source, domain);
  }

  /** In milliseconds; the job must run. */
  void setMaxDowntime(long millis) {
    hypervisor.setMaxDowntime(source, domain, millis);
  }

  /** Gives the job another bandwidth, in MiB/s; empty when it is too early for that. */
  Optional<Tuning> tune(long mibPerSecond) {
    return tuner.tune(source, order, mibPerSecond);
  }

  /** Makes the call that goes on with a post-copy. */
  CompletableFuture<Void> resumePostCopy(MigrateCall call) {
    return hypervisor.migrate(source, call);
  }

  /** Pauses the guest at the source; its job goes on. */
  void suspendAtSource() {
    hypervisor.suspend(source, domain);
  }

  /** Lets the guest run again that was paused at the source. */
  void resumeAtSource() {
    hypervisor.resume(source, domain);
  }

  /** Lets the guest go on at the destination before all of its memory is there. */
  void startPostCopy() {
    hypervisor.startPostCopy(source, domain);
  }

  /** Lets the guest run that arrived paused. */
  void resumeAtDestination() {
    hypervisor.resume(destination, domain);
  }

  /** Ends the copy of the guest that the source still holds. */
  void destroyAtSource() {
    hypervisor.destroy(source, domain);
  }

  /**
   * Removes the source's definition of the stopped domain, where the destination has one of its
   * own; false when it has not.
   */
  boolean undefineAtSource() {
    boolean kept =
        hypervisor
            .describe(destination, domain.toString())
            .filter(DomainDescription::persistent)
            .isPresent();
    if (kept) {
      hypervisor.undefine(source, domain);
    }
    return kept;
  }

  /** Makes the destination start the domain by itself. */
  void setAutostartAtDestination() {
    hypervisor.setAutostart(destination, domain, true);
  }

  /** The image at the destination that is copied into and has vanished, if there is one. */
  Optional<String> vanishedVolume() {
    return volumes.vanished(order, receiver);
  }

  /** The guest uses the volumes that were made for it, where it is not seen to use others. */
  void keepVolumes(LeasedMigration migration) {
    lookAtCopies(migration);
    volumes.keep(migration, receiver, target -> !copies.isReplaced(target));
  }

  /**
   * Deletes the images at the source that were copied, where the destination is seen to run the
   * domain on the copies; else it leaves them and says why.
   */
  void deleteOriginals(LeasedMigration migration) {
    try {
      if (runsOnItsCopies()) {
        volumes.deleteOriginals(
            migration,
            sender,
            copies::isOpen,
            (plan, now) -> originals.isKnown(plan.target(), now));
      } else {
        leaveOriginals(migration, "The destination is not seen to run on its copies.");
      }
    } catch (HostUnreachable | LibvirtFailure e) {
      leaveOriginals(migration, "A host does not tell what it is needed for: " + e.getMessage());
    }
  }

  /** Deletes nothing of what was to be deleted at the source, and says why. */
  void leaveOriginals(LeasedMigration migration, String why) {
    volumes.leaveOriginals(migration, sender, why);
  }

  /** Writes down which images the guest left at the source. */
  void leaveBehind(LeasedMigration migration) {
    volumes.leaveBehind(migration, sender, (plan, now) -> originals.isKnown(plan.target(), now));
  }

  /** Writes down which images of the guest's own a copy that came to nothing left unfinished. */
  void leaveUnfinished(LeasedMigration migration) {
    volumes.leaveUnfinished(migration, receiver, marks::know);
  }

  private boolean runsOnItsCopies() {
    Optional<DomainDescription> there = hypervisor.describe(destination, domain.toString());
    if (there.isEmpty() || !there.get().state().active()) {
      return false;
    }
    List<DomainDisk> disks = there.get().disks();
    return order.disks().stream()
        .allMatch(plan -> disks.stream().anyMatch(disk -> isOn(disk, plan)));
  }

  private static boolean isOn(DomainDisk disk, VolumePlan plan) {
    DiskImage image = disk.image();
    return disk.target().equals(plan.target())
        && image != null
        && (image.location().equals(plan.path()) || image.type().equals("volume"));
  }

  /**
   * Deletes the volumes that were made for nothing, but for those that some domain names by now,
   * and those that are not known again.
   *
   * @throws HostUnreachable when the destination is away; call it again
   */
  void deleteVolumes(LeasedMigration migration) {
    if (migration.latest().volumes().stream().allMatch(VolumeRecord::settled)) {
      return;
    }
    boolean untouched = migration.latest().timeline().startedAt() == null;
    volumes.delete(migration, receiver, (volume, now) -> marks.know(volume, now, untouched));
  }

  /** Remembers how the volumes look that were made, while they are copied into. */
  void markVolumesWritten(LeasedMigration migration) {
    Map<VolumeRecord, StorageVolume> seen = new LinkedHashMap<>();
    volumes.look(migration, receiver, seen::put);
    Map<String, StorageVolume> reused = volumes.reused(order, receiver);
    // Asked for last, it counts all that can have been in them.
    Map<String, BlockJob> jobs = blockJobs();
    seen.forEach((volume, now) -> marks.written(volume, now, jobs.get(volume.target())));
    for (VolumePlan plan : order.disks()) {
      @Nullable StorageVolume now = reused.get(plan.target());
      if (now != null) {
        marks.written(plan, now, jobs.get(plan.target()));
      }
    }
  }

  private @Nullable VolumeMark lastOfCopy(String target) {
    @Nullable VolumeMark last = marks.written(target);
    return last == null ? made.get(target) : last;
  }

  private static boolean isEmpty(@Nullable VolumeMark original) {
    return original == null || original.allocationBytes() == 0;
  }

  private static @Nullable VolumeMark planned(Order order, String target) {
    return order.disks().stream()
        .filter(plan -> plan.target().equals(target))
        .map(VolumePlan::original)
        .filter(Objects::nonNull)
        .map(Original::mark)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** Compares the images that are copied with those that QEMU has open at the source. */
  void lookAtOriginals() {
    lookAtOpen(originals, source, () -> volumes.originals(order, sender));
  }

  /** Compares the volumes that were made with those that QEMU has open at the destination. */
  private void lookAtCopies(LeasedMigration migration) {
    for (VolumePlan plan : order.disks()) {
      volumes.mark(migration, plan, receiver).ifPresent(mark -> made.put(plan.target(), mark));
    }
    lookAtOpen(
        copies,
        destination,
        () -> {
          Map<String, StorageVolume> shown = new HashMap<>(volumes.reused(order, receiver));
          volumes.look(migration, receiver, (volume, now) -> shown.put(volume.target(), now));
          return shown;
        });
  }

  /** Several times, as one that is being written takes more and less from moment to moment. */
  private void lookAtOpen(
      OpenImages images, HostAddress host, Supplier<Map<String, StorageVolume>> shown) {
    for (int look = 0; look < LOOKS_AT_OPEN_IMAGES; look++) {
      Optional<Map<String, Long>> told = openBytes(host);
      if (look == 0 && told.isPresent()) {
        images.ask(order.targets());
      }
      Map<String, Long> before = told.orElse(Map.of());
      if (before.isEmpty()) {
        return;
      }
      Map<String, StorageVolume> seen = shown.get();
      if (images.look(seen, before, before)
          || images.look(seen, before, openBytes(host).orElse(Map.of()))) {
        return;
      }
    }
  }

  /**
   * What the files take that QEMU has open, by disk target; those of which it tells. Empty where no
   * QEMU of the domain runs.
   */
  private Optional<Map<String, Long>> openBytes(HostAddress host) {
    try {
      return hypervisor
          .describe(host, domain.toString())
          .filter(found -> found.state().active())
          .map(found ->
              found.disks().stream()
                  .filter(disk -> disk.allocationBytes() > 0)
                  .collect(toMap(DomainDisk::target, DomainDisk::allocationBytes)));
    } catch (HostUnreachable | LibvirtFailure e) {
      log.debug("The images can't be compared: {}", e.getMessage());
      return Optional.of(Map.of());
    }
  }

  /** The volume that was made and in whose place somebody put another, if there is one. */
  Optional<String> replacedVolume() {
    return marks.replaced();
  }

  /** Remembers how the volumes look that were made, now that nobody writes them any more. */
  void markVolumesAtRest(LeasedMigration migration) {
    volumes.look(migration, receiver, marks::atRest);
  }

  /** Leaves the volumes that were made for nothing where they are. */
  void leaveVolumes(LeasedMigration migration, String why) {
    volumes.leave(migration, why);
  }

  private HostReading read(HostAddress host) {
    try {
      HostReading seen = new HostReading.Seen(hypervisor.condition(host, domain));
      silences.remove(host);
      return seen;
    } catch (HostUnreachable e) {
      return silent(host, "Host %s is unreachable.", String.valueOf(e.getMessage()));
    } catch (LibvirtFailure e) {
      return silent(host, "Host %s can't tell.", e.message());
    }
  }

  /** What is said of a host that is away differs from look to look, and is one silence. */
  private HostReading silent(HostAddress host, String why, String words) {
    return silences.computeIfAbsent(
        host, _ -> new HostReading.Unreachable(why.formatted(host.name()), words));
  }

  /** Progress is worth less than the truth: without it the look goes on. */
  private Map<String, BlockJob> blockJobs() {
    try {
      return hypervisor.blockJobs(source, domain, order.targets());
    } catch (HostUnreachable | LibvirtFailure e) {
      return Map.of();
    }
  }
}
