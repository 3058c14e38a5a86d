package dev.virtferry.libvirt;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Domains for tests. */
public final class Domains {

  public static final long MIB = 1024 * 1024;

  public static final Machine MACHINE =
      new Machine("kvm", "x86_64", "pc-q35-7.2", "<cpu/>", "/usr/bin/qemu-system-x86_64");

  private Domains() {}

  /** A raw image /srv/TARGET.raw of 64 MiB. */
  public static DomainDisk disk(String target) {
    return onImage(target, new DiskImage(SourceType.FILE, "/srv/" + target + ".raw", "raw", null));
  }

  /** A raw image /srv/GUEST-TARGET.raw of 64 MiB: no other guest's. */
  public static DomainDisk ownDisk(String guest, String target) {
    return onImage(
        target,
        new DiskImage(SourceType.FILE, "/srv/%s-%s.raw".formatted(guest, target), "raw", null));
  }

  /** A writable disk of 64 MiB on that image. */
  public static DomainDisk onImage(String target, @Nullable DiskImage image) {
    return new DomainDisk(
        target, "disk", "virtio", image, false, false, false, false, false, 64 * MIB, 0);
  }

  /** The same, whose image QEMU encrypts. */
  public static DomainDisk encrypted(DomainDisk disk) {
    return new DomainDisk(
        disk.target(),
        disk.device(),
        disk.bus(),
        disk.image(),
        disk.readOnly(),
        disk.shareable(),
        disk.unmaps(),
        disk.dispensable(),
        true,
        disk.capacityBytes(),
        disk.allocationBytes());
  }

  public static DomainDisk readOnly(String target) {
    return new DomainDisk(
        target, "disk", "virtio", disk(target).image(), true, false, false, false, false, MIB, MIB);
  }

  public static DomainDisk shareable(String target) {
    return new DomainDisk(
        target, "disk", "virtio", disk(target).image(), false, true, false, false, false, MIB, MIB);
  }

  public static DomainDisk network(String target) {
    return onImage(target, new DiskImage(SourceType.NETWORK, "nbd:export", "raw", null));
  }

  /** A CD-ROM drive with a medium. */
  public static DomainDisk cdrom(String target, String path, boolean dispensable) {
    var medium = new DiskImage(SourceType.FILE, path, "raw", null);
    return new DomainDisk(
        target, "cdrom", "sata", medium, true, false, false, dispensable, false, MIB, MIB);
  }

  /** An empty CD-ROM drive. */
  public static DomainDisk cdrom(String target) {
    return new DomainDisk(target, "cdrom", "sata", null, true, false, false, false, false, 0, 0);
  }

  /** The same in another state. */
  public static DomainDescription as(
      DomainDescription domain, DomainState state, @Nullable DomainRun run) {
    return new DomainDescription(
        domain.name(),
        domain.uuid(),
        run,
        state,
        domain.persistent(),
        domain.autostart(),
        domain.memoryBytes(),
        domain.machine(),
        domain.disks(),
        true);
  }

  /** The same domain with that UUID. */
  public static DomainDescription identified(DomainDescription domain, UUID uuid) {
    return new DomainDescription(
        domain.name(),
        uuid,
        domain.run(),
        domain.state(),
        domain.persistent(),
        domain.autostart(),
        domain.memoryBytes(),
        domain.machine(),
        domain.disks(),
        true);
  }

  /** A domain like that, of which its host keeps no definition. */
  public static DomainDescription transientOf(DomainDescription domain) {
    return new DomainDescription(
        domain.name(),
        UUID.randomUUID(),
        null,
        domain.state(),
        false,
        domain.autostart(),
        domain.memoryBytes(),
        domain.machine(),
        domain.disks(),
        true);
  }

  /** The same domain with other disks. */
  public static DomainDescription withDisks(DomainDescription domain, DomainDisk... disks) {
    return new DomainDescription(
        domain.name(),
        domain.uuid(),
        domain.run(),
        domain.state(),
        domain.persistent(),
        domain.autostart(),
        domain.memoryBytes(),
        domain.machine(),
        List.of(disks),
        true);
  }

  /** A running, persistent domain with these disks. */
  public static DomainDescription running(String name, DomainDisk... disks) {
    return new DomainDescription(
        name,
        UUID.randomUUID(),
        null,
        DomainState.RUNNING_BOOTED,
        true,
        false,
        128 * MIB,
        MACHINE,
        List.of(disks),
        true);
  }
}
