package dev.virtferry.migration;

import dev.virtferry.disk.BackingCheck;
import dev.virtferry.disk.Overwrite;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a migration is tuned; null leaves the choice to libvirt.
 *
 * @param bandwidthMiBps for each stream, in MiB/s ({@code VIR_MIGRATE_PARAM_BANDWIDTH})
 * @param bandwidthPostCopyMiBps for the memory in post-copy, in MiB/s ({@code
 *     VIR_MIGRATE_PARAM_BANDWIDTH_POSTCOPY})
 * @param maxDowntimeMillis the longest pause to aim for, in milliseconds ({@code
 *     virDomainMigrateSetMaxDowntime})
 * @param autoConverge null for a guest that is not slowed down
 * @param postCopy whether the job may be switched to post-copy ({@code VIR_MIGRATE_POSTCOPY})
 * @param parallelConnections how many connections carry the memory ({@code VIR_MIGRATE_PARALLEL})
 * @param compression null for none
 * @param zeroCopy whether memory is sent without being copied on the source ({@code
 *     VIR_MIGRATE_ZEROCOPY})
 * @param tls whether QEMU encrypts memory and disks ({@code VIR_MIGRATE_TLS})
 * @param tlsDestination the name that the destination's certificate has ({@code
 *     VIR_MIGRATE_PARAM_TLS_DESTINATION})
 * @param destinationName the domain's name at the destination; null for the one it has ({@code
 *     VIR_MIGRATE_PARAM_DEST_NAME})
 * @param persist whether the destination keeps a definition; null for as it is at the source
 * @param undefineSource whether the source drops its definition; null for yes where it has one and
 *     the destination keeps one
 * @param startPaused whether the guest stays paused at the destination ({@code VIR_MIGRATE_PAUSED})
 * @param abortOnIoError whether an I/O error of the guest ends the migration ({@code
 *     VIR_MIGRATE_ABORT_ON_ERROR})
 * @param listenAddress where the destination listens for memory and disks ({@code
 *     VIR_MIGRATE_PARAM_LISTEN_ADDRESS})
 * @param disksPort the destination's port for disks ({@code VIR_MIGRATE_PARAM_DISKS_PORT})
 * @param sourceVolumes what becomes of the copied images at the source
 * @param overwrite what at the destination may be written over
 * @param verifyBacking how backing images are compared when only overlays are copied
 * @param synchronousWrites whether a write of the guest waits for the copy ({@code
 *     VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES})
 * @param detectZeroes whether zeroes are not written to the copies of disks that unmap ({@code
 *     VIR_MIGRATE_PARAM_MIGRATE_DISKS_DETECT_ZEROES})
 * @param guardedSwitchover whether the guest arrives paused and is let run only after the source is
 *     seen to have let go of it ({@code VIR_MIGRATE_PAUSED})
 * @param timeout null for no deadline
 */
public record MigrationOptions(
    @Nullable Long bandwidthMiBps,
    @Nullable Long bandwidthPostCopyMiBps,
    @Nullable Long maxDowntimeMillis,
    @Nullable AutoConverge autoConverge,
    boolean postCopy,
    @Nullable Integer parallelConnections,
    @Nullable Compression compression,
    boolean zeroCopy,
    boolean tls,
    @Nullable String tlsDestination,
    @Nullable String destinationName,
    @Nullable Boolean persist,
    @Nullable Boolean undefineSource,
    boolean startPaused,
    boolean abortOnIoError,
    @Nullable String listenAddress,
    @Nullable Integer disksPort,
    SourceVolumes sourceVolumes,
    Overwrite overwrite,
    BackingCheck verifyBacking,
    boolean synchronousWrites,
    boolean detectZeroes,
    boolean guardedSwitchover,
    @Nullable Timeout timeout) {

  public MigrationOptions {
    // What an older version wrote lacks it.
    overwrite = Objects.requireNonNullElse(overwrite, Overwrite.OWN);
  }

  /**
   * A guest that outruns its copy is slowed down more and more ({@code VIR_MIGRATE_AUTO_CONVERGE}).
   *
   * @param initial how much at first, in percent; null for QEMU's default
   * @param increment how much more each time, in percent; null for QEMU's default
   */
  public record AutoConverge(@Nullable Integer initial, @Nullable Integer increment) {}

  /** The choice is all libvirt's. */
  public static final MigrationOptions NONE =
      new MigrationOptions(
          null,
          null,
          null,
          null,
          false,
          null,
          null,
          false,
          false,
          null,
          null,
          null,
          null,
          false,
          false,
          null,
          null,
          SourceVolumes.KEEP,
          Overwrite.OWN,
          BackingCheck.SIZE,
          false,
          false,
          false,
          null);

  /** The same for who is not told the name that the domain gets. */
  public MigrationOptions withoutDestinationName() {
    return with(null, bandwidthMiBps, maxDowntimeMillis, persist, undefineSource);
  }

  /** The same with what depends on the domain decided. */
  public MigrationOptions decidedFor(boolean persistentAtSource) {
    boolean kept = persist == null ? persistentAtSource : persist;
    boolean dropped = undefineSource == null ? persistentAtSource && kept : undefineSource;
    return with(destinationName, bandwidthMiBps, maxDowntimeMillis, kept, dropped);
  }

  MigrationOptions retuned(OptionsPatch wish) {
    Long bandwidth = wish.bandwidthMiBps() == null ? bandwidthMiBps : wish.bandwidthMiBps();
    Long downtime = wish.maxDowntimeMillis() == null ? maxDowntimeMillis : wish.maxDowntimeMillis();
    return with(destinationName, bandwidth, downtime, persist, undefineSource);
  }

  private MigrationOptions with(
      @Nullable String destinationName,
      @Nullable Long bandwidthMiBps,
      @Nullable Long maxDowntimeMillis,
      @Nullable Boolean persist,
      @Nullable Boolean undefineSource) {
    return new MigrationOptions(
        bandwidthMiBps,
        bandwidthPostCopyMiBps,
        maxDowntimeMillis,
        autoConverge,
        postCopy,
        parallelConnections,
        compression,
        zeroCopy,
        tls,
        tlsDestination,
        destinationName,
        persist,
        undefineSource,
        startPaused,
        abortOnIoError,
        listenAddress,
        disksPort,
        sourceVolumes,
        overwrite,
        verifyBacking,
        synchronousWrites,
        detectZeroes,
        guardedSwitchover,
        timeout);
  }
}
