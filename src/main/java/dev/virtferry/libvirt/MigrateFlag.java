package dev.virtferry.libvirt;

import java.util.Set;

/**
 * The {@code virDomainMigrateFlags} that virt-ferry sends. UNSAFE and OFFLINE are not among them.
 */
public enum MigrateFlag {
  /** {@code VIR_MIGRATE_LIVE}: the guest runs on while it is copied. */
  LIVE(1 << 0, 3_002, "--live"),
  /**
   * {@code VIR_MIGRATE_PEER2PEER}: the source's daemon drives; it goes on when this service dies.
   */
  PEER2PEER(1 << 1, 7_002, "--p2p"),
  /** {@code VIR_MIGRATE_PERSIST_DEST}: the destination keeps a definition. */
  PERSIST_DEST(1 << 3, 7_003, "--persistent"),
  /** {@code VIR_MIGRATE_UNDEFINE_SOURCE}: the source drops its definition. */
  UNDEFINE_SOURCE(1 << 4, 7_003, "--undefinesource"),
  /**
   * {@code VIR_MIGRATE_PAUSED}: the guest arrives paused, and whoever asked for that lets it run.
   */
  PAUSED(1 << 5, 7_005, "--suspend"),
  /** {@code VIR_MIGRATE_NON_SHARED_DISK}: the named disks are copied in full. */
  NON_SHARED_DISK(1 << 6, 8_002, "--copy-storage-all"),
  /** {@code VIR_MIGRATE_NON_SHARED_INC}: the named disks' own layer is copied. */
  NON_SHARED_INC(1 << 7, 8_002, "--copy-storage-inc"),
  /** {@code VIR_MIGRATE_COMPRESSED}: memory is compressed on its way. */
  COMPRESSED(1 << 11, 1_000_003, "--compressed"),
  /** {@code VIR_MIGRATE_ABORT_ON_ERROR}: an I/O error of the guest ends the migration. */
  ABORT_ON_ERROR(1 << 12, 1_001_000, "--abort-on-error"),
  /** {@code VIR_MIGRATE_AUTO_CONVERGE}: a guest that outruns its copy is slowed down. */
  AUTO_CONVERGE(1 << 13, 1_002_003, "--auto-converge"),
  /** {@code VIR_MIGRATE_POSTCOPY}: the job may be switched to post-copy while it runs. */
  POSTCOPY(1 << 15, 1_003_003, "--postcopy"),
  /** {@code VIR_MIGRATE_TLS}: QEMU encrypts memory and disks. */
  TLS(1 << 16, 3_002_000, "--tls"),
  /** {@code VIR_MIGRATE_PARALLEL}: several connections carry the memory. */
  PARALLEL(1 << 17, 5_002_000, "--parallel"),
  /**
   * {@code VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES}: a write of the guest ends when the copy has
   * it too, so a guest can't outrun its disks' copies.
   */
  NON_SHARED_SYNCHRONOUS_WRITES(1 << 18, 8_000_000, "--copy-storage-synchronous-writes"),
  /** {@code VIR_MIGRATE_POSTCOPY_RESUME}: goes on with a post-copy whose link was lost. */
  POSTCOPY_RESUME(1 << 19, 8_005_000, "--postcopy-resume"),
  /** {@code VIR_MIGRATE_ZEROCOPY}: memory is sent without being copied on the source. */
  ZEROCOPY(1 << 20, 8_005_000, "--zerocopy");

  private final int bit;
  private final long since;
  private final String virsh;

  MigrateFlag(int bit, long since, String virsh) {
    this.bit = bit;
    this.since = since;
    this.virsh = virsh;
  }

  /** The first version of libvirt that has it, as in {@link HostFacts}. */
  public long since() {
    return since;
  }

  /** The option of {@code virsh migrate} that sets it, such as {@code --live}. */
  public String virsh() {
    return virsh;
  }

  /** The flags as libvirt's bit mask. */
  public static int mask(Set<MigrateFlag> flags) {
    return flags.stream().mapToInt(flag -> flag.bit).reduce(0, (a, b) -> a | b);
  }
}
