package dev.virtferry.migration.run;

import static java.util.stream.Collectors.toMap;

import dev.virtferry.disk.VolumeMark;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.SourceType;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.migration.TransferPlan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which images the guest's QEMU has open on either host, as far as one run could see that. */
final class QemuImages {

  private static final Logger log = LoggerFactory.getLogger(QemuImages.class);

  private static final int LOOKS = 3;

  private final BothHosts hosts;
  private final TransferPlan transfer;
  private final ShownVolumes shown;
  private final VolumeMarks marks;
  private final OpenImages originals;
  private final OpenImages copies;
  private final Map<String, VolumeMark> made = new HashMap<>();

  /**
   * Nothing is known yet.
   *
   * @param marks by which the run knows what is copied into
   */
  QemuImages(BothHosts hosts, ShownVolumes shown, VolumeMarks marks) {
    this.hosts = hosts;
    this.transfer = hosts.transfer();
    this.shown = shown;
    this.marks = marks;
    this.originals = new OpenImages(this::planned, _ -> true);
    this.copies = new OpenImages(this::lastOfCopy, target -> isEmpty(planned(target)));
  }

  /** At the source: those that are copied. */
  OpenImages originals() {
    return originals;
  }

  /** At the destination: those that are copied into. */
  OpenImages copies() {
    return copies;
  }

  private @Nullable VolumeMark planned(String target) {
    return transfer.disks().stream()
        .filter(plan -> plan.target().equals(target))
        .map(VolumePlan::original)
        .filter(Objects::nonNull)
        .map(Original::mark)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private @Nullable VolumeMark lastOfCopy(String target) {
    @Nullable VolumeMark last = marks.written(target);
    return last == null ? made.get(target) : last;
  }

  private static boolean isEmpty(@Nullable VolumeMark original) {
    return original == null || original.allocationBytes() == 0;
  }

  /** Compares the images that are copied with those that QEMU has open at the source. */
  void lookAtOriginals() {
    look(originals, hosts::atSource, () -> shown.originals(transfer, hosts.source()));
  }

  /** Compares the images that are copied into with those that QEMU has open at the destination. */
  void lookAtCopies(LeasedMigration migration) {
    for (VolumePlan plan : transfer.disks()) {
      VolumeMaker.mark(migration, plan, hosts.destination())
          .ifPresent(mark -> made.put(plan.target(), mark));
    }
    look(
        copies,
        hosts::atDestination,
        () -> {
          Map<String, StorageVolume> seen =
              new HashMap<>(shown.reused(transfer, hosts.destination()));
          shown
              .made(migration, hosts.destination())
              .forEach((volume, now) -> seen.put(volume.target(), now));
          return seen;
        });
  }

  /** Several times, as one that is being written takes more and less from moment to moment. */
  private void look(
      OpenImages images,
      Supplier<Optional<DomainDescription>> domain,
      Supplier<Map<String, StorageVolume>> paths) {
    for (int look = 0; look < LOOKS; look++) {
      Optional<Map<String, Long>> told = openBytes(domain);
      if (look == 0 && told.isPresent()) {
        images.ask(transfer.targets());
      }
      Map<String, Long> before = told.orElse(Map.of());
      if (before.isEmpty()) {
        return;
      }
      Map<String, StorageVolume> seen = paths.get();
      if (images.look(seen, before, before)
          || images.look(seen, before, openBytes(domain).orElse(Map.of()))) {
        return;
      }
    }
  }

  /**
   * What the files take that QEMU has open, by disk target; those of which it tells. Empty where no
   * QEMU of the domain runs.
   */
  private static Optional<Map<String, Long>> openBytes(
      Supplier<Optional<DomainDescription>> domain) {
    try {
      return domain
          .get()
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

  /** Whether the destination runs the guest and names the copies as its disks. */
  boolean runsOnCopies() {
    Optional<DomainDescription> there = hosts.atDestination();
    if (there.isEmpty() || !there.get().state().active()) {
      return false;
    }
    List<DomainDisk> disks = there.get().disks();
    return transfer.disks().stream()
        .allMatch(plan -> disks.stream().anyMatch(disk -> isOn(disk, plan)));
  }

  private static boolean isOn(DomainDisk disk, VolumePlan plan) {
    @Nullable DiskImage image = disk.image();
    return disk.target().equals(plan.target())
        && image != null
        && (image.location().equals(plan.path()) || image.type() == SourceType.VOLUME);
  }
}
