package dev.virtferry.migration;

import dev.virtferry.disk.BackingCheck;
import org.jspecify.annotations.Nullable;

/**
 * How a migration is tuned; null leaves the choice to libvirt.
 *
 * @param bandwidthMiBps for each stream, in MiB/s ({@code VIR_MIGRATE_PARAM_BANDWIDTH})
 * @param maxDowntimeMillis the longest pause to aim for, in milliseconds ({@code
 *     virDomainMigrateSetMaxDowntime})
 * @param sourceVolumes what becomes of the copied images at the source
 * @param verifyBacking how backing images are compared when only overlays are copied
 * @param synchronousWrites whether a write of the guest waits for the copy ({@code
 *     VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES})
 * @param detectZeroes whether zeroes are not written to the copies of disks that unmap ({@code
 *     VIR_MIGRATE_PARAM_MIGRATE_DISKS_DETECT_ZEROES})
 * @param guardedSwitchover whether the guest arrives paused and is let run only after the source is
 *     seen to have let go of it ({@code VIR_MIGRATE_PAUSED})
 * @param postCopy whether the job may be switched to post-copy ({@code VIR_MIGRATE_POSTCOPY})
 * @param timeout null for no deadline
 */
public record MigrationOptions(
    @Nullable Long bandwidthMiBps,
    @Nullable Long maxDowntimeMillis,
    SourceVolumes sourceVolumes,
    BackingCheck verifyBacking,
    boolean synchronousWrites,
    boolean detectZeroes,
    boolean guardedSwitchover,
    boolean postCopy,
    @Nullable Timeout timeout) {

  public static final MigrationOptions NONE =
      new MigrationOptions(
          null, null, SourceVolumes.KEEP, BackingCheck.SIZE, false, false, false, false, null);
}
