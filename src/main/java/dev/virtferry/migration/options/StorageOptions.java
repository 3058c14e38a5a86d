package dev.virtferry.migration.options;

import dev.virtferry.disk.BackingCheck;
import dev.virtferry.disk.Overwrite;
import java.util.Objects;

/**
 * How disks are copied, and what becomes of their images.
 *
 * @param sourceVolumes what becomes of the copied images at the source
 * @param overwrite what at the destination may be written over
 * @param verifyBacking how backing images are compared when only overlays are copied
 * @param synchronousWrites whether a write of the guest waits for the copy ({@code
 *     VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES})
 * @param detectZeroes whether zeroes are not written to the copies of disks that unmap ({@code
 *     VIR_MIGRATE_PARAM_MIGRATE_DISKS_DETECT_ZEROES})
 */
public record StorageOptions(
    SourceVolumes sourceVolumes,
    Overwrite overwrite,
    BackingCheck verifyBacking,
    boolean synchronousWrites,
    boolean detectZeroes)
    implements OptionGroup {

  /** Nothing is lost at either host. */
  public static final StorageOptions NONE =
      new StorageOptions(SourceVolumes.KEEP, Overwrite.OWN, BackingCheck.SIZE, false, false);

  public StorageOptions {
    // What an older version wrote lacks it.
    overwrite = Objects.requireNonNullElse(overwrite, Overwrite.OWN);
  }
}
