package dev.virtferry.host.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.DomainState;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A domain as a client sees it. Sizes are in bytes. */
@Schema(name = "Domain")
@JsonInclude(JsonInclude.Include.ALWAYS)
record DomainResponse(
    @Schema(example = "web-01") String name,
    UUID uuid,
    State state,
    @Schema(description = "Whether the host keeps its definition when it stops.")
        boolean persistent,
    @Schema(description = "In the order of its definition.") List<Disk> disks) {

  /** What the host says of it, without most of libvirt's reasons. */
  enum State {
    RUNNING,
    RUNNING_POST_COPY,
    RUNNING_POST_COPY_FAILED,
    PAUSED_BY_MIGRATION,
    PAUSED_POST_COPY,
    PAUSED_POST_COPY_FAILED,
    PAUSED,
    SHUT_OFF_MIGRATED,
    SHUT_OFF,
    ABSENT,
    UNKNOWN;

    static State of(DomainState state) {
      return switch (state) {
        case RUNNING_UNKNOWN,
            RUNNING_BOOTED,
            RUNNING_MIGRATED,
            RUNNING_RESTORED,
            RUNNING_FROM_SNAPSHOT,
            RUNNING_UNPAUSED,
            RUNNING_MIGRATION_CANCELED,
            RUNNING_SAVE_CANCELED,
            RUNNING_WAKEUP,
            RUNNING_CRASHED,
            RUNNING_UNRECOGNIZED ->
            RUNNING;
        case RUNNING_POSTCOPY -> RUNNING_POST_COPY;
        case RUNNING_POSTCOPY_FAILED -> RUNNING_POST_COPY_FAILED;
        case PAUSED_MIGRATION -> PAUSED_BY_MIGRATION;
        case PAUSED_POSTCOPY -> PAUSED_POST_COPY;
        case PAUSED_POSTCOPY_FAILED -> PAUSED_POST_COPY_FAILED;
        case PAUSED_UNKNOWN,
            PAUSED_USER,
            PAUSED_SAVE,
            PAUSED_DUMP,
            PAUSED_IOERROR,
            PAUSED_WATCHDOG,
            PAUSED_FROM_SNAPSHOT,
            PAUSED_SHUTTING_DOWN,
            PAUSED_SNAPSHOT,
            PAUSED_CRASHED,
            PAUSED_STARTING_UP,
            PAUSED_API_ERROR,
            PAUSED_UNRECOGNIZED,
            PMSUSPENDED_UNKNOWN,
            PMSUSPENDED_UNRECOGNIZED ->
            PAUSED;
        case SHUTOFF_MIGRATED -> SHUT_OFF_MIGRATED;
        case SHUTDOWN_UNKNOWN,
            SHUTDOWN_USER,
            SHUTDOWN_UNRECOGNIZED,
            SHUTOFF_UNKNOWN,
            SHUTOFF_SHUTDOWN,
            SHUTOFF_DESTROYED,
            SHUTOFF_CRASHED,
            SHUTOFF_SAVED,
            SHUTOFF_FAILED,
            SHUTOFF_FROM_SNAPSHOT,
            SHUTOFF_DAEMON,
            SHUTOFF_UNRECOGNIZED,
            CRASHED_UNKNOWN,
            CRASHED_PANICKED,
            CRASHED_UNRECOGNIZED ->
            SHUT_OFF;
        case ABSENT -> ABSENT;
        case NOSTATE, BLOCKED, UNRECOGNIZED -> UNKNOWN;
      };
    }
  }

  /** A disk and whether it can be copied. */
  @Schema(name = "DomainDisk")
  record Disk(
      @Schema(example = "vda") String target,
      @Schema(description = "disk, lun, cdrom or floppy.", example = "disk") String device,
      @Schema(example = "virtio") String bus,
      @Schema(
              description = "Path, device or name; null when there is no medium.",
              example = "/srv/web-01-vda.qcow2")
          @Nullable String source,
      @Schema(description = "Null when there is no medium.", example = "qcow2")
          @Nullable String format,
      @Schema(description = "The size that the guest sees; null when unknown.")
          @Nullable Long capacityBytes,
      @Schema(description = "What its image takes on the host; null when unknown.")
          @Nullable Long allocationBytes,
      boolean readOnly,
      boolean shareable,
      @Schema(description = "Whether every host sees it, so that it need not be copied.")
          boolean shared,
      @Schema(description = "Whether a migration can name it in disks.") boolean copyable,
      @Schema(description = "Why it can't be copied; null when it can.") @Nullable String reason) {

    static Disk of(DomainDisk disk, boolean shared, @Nullable String whyNot) {
      DiskImage image = disk.image();
      return new Disk(
          disk.target(),
          disk.device(),
          disk.bus(),
          image == null ? null : image.location(),
          image == null ? null : image.format(),
          known(disk.capacityBytes()),
          known(disk.allocationBytes()),
          disk.readOnly(),
          disk.shareable(),
          shared,
          whyNot == null,
          whyNot);
    }

    private static @Nullable Long known(long bytes) {
      return bytes == 0 ? null : Long.valueOf(bytes);
    }
  }
}
