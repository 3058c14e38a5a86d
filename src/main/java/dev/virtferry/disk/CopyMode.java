package dev.virtferry.disk;

/** How the selected disks are copied. */
public enum CopyMode {
  /** Everything that the guest sees ({@code VIR_MIGRATE_NON_SHARED_DISK}). */
  FULL,
  /**
   * Only the disk's own layer, on a backing image that is there ({@code
   * VIR_MIGRATE_NON_SHARED_INC}).
   */
  INCREMENTAL
}
