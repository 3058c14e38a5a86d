package dev.virtferry.libvirt;

import java.util.List;
import java.util.UUID;

/** Domains for tests. */
public final class Domains {

  public static final long MIB = 1024 * 1024;

  private Domains() {}

  public static DomainDisk disk(String target) {
    return new DomainDisk(
        target, "disk", "virtio", "file", "/srv/" + target + ".raw", "raw", false, false, 64 * MIB);
  }

  public static DomainDisk network(String target) {
    return new DomainDisk(
        target, "disk", "virtio", "network", "nbd:export", "raw", false, false, 16 * MIB);
  }

  public static DomainDisk cdrom(String target) {
    return new DomainDisk(target, "cdrom", "sata", "file", null, "raw", true, false, 0);
  }

  /** A running, persistent domain with these disks. */
  public static DomainDescription running(String name, DomainDisk... disks) {
    return new DomainDescription(
        name,
        UUID.randomUUID(),
        DomainCondition.RUNNING,
        true,
        false,
        128 * MIB,
        List.of(disks),
        List.of());
  }
}
