package dev.virtferry.migration.web;

import dev.virtferry.disk.BackingCheck;
import dev.virtferry.disk.Overwrite;
import dev.virtferry.migration.MigrationDefaults;
import dev.virtferry.migration.options.DomainOptions;
import dev.virtferry.migration.options.Encryption;
import dev.virtferry.migration.options.Listening;
import dev.virtferry.migration.options.MemoryOptions;
import dev.virtferry.migration.options.MigrationOptions;
import dev.virtferry.migration.options.Rates;
import dev.virtferry.migration.options.SourceVolumes;
import dev.virtferry.migration.options.StorageOptions;
import dev.virtferry.migration.options.Switchover;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** How the migration is tuned. */
@Schema(name = "MigrationRequestOptions")
record OptionsRequest(
    @Schema(
            description =
                "MiB/s for each stream: every disk's copy, and the memory. Source:"
                    + " VIR_MIGRATE_PARAM_BANDWIDTH.",
            example = "200")
        @Nullable
        @Min(value = 1, message = "is less than 1 MiB/s")
        @Max(value = 1_048_576, message = "is more than 1048576 MiB/s")
        Long bandwidthMiBps,
    @Schema(
            description =
                "MiB/s for the memory in post-copy; needs postCopy. Source:"
                    + " VIR_MIGRATE_PARAM_BANDWIDTH_POSTCOPY.",
            example = "500")
        @Nullable
        @Min(value = 1, message = "is less than 1 MiB/s")
        @Max(value = 1_048_576, message = "is more than 1048576 MiB/s")
        Long bandwidthPostCopyMiBps,
    @Schema(
            description =
                "The longest pause of the guest to aim for, in milliseconds. Source:"
                    + " virDomainMigrateSetMaxDowntime.",
            example = "300")
        @Nullable
        @Min(value = 1, message = "is less than 1 ms")
        @Max(value = 2_000_000, message = "is more than 2000000 ms")
        Long maxDowntimeMillis,
    @Schema(
            description =
                "A guest that outruns the copy of its memory is slowed down, more and"
                    + " more. Source: VIR_MIGRATE_AUTO_CONVERGE.")
        @Nullable
        @Valid
        AutoConverge autoConverge,
    @Schema(
            description =
                "The job may be switched to post-copy: the guest goes on at the"
                    + " destination and fetches the rest of its memory from the source."
                    + " Excludes guardedSwitchover and startPaused. Source:"
                    + " VIR_MIGRATE_POSTCOPY.",
            defaultValue = "false",
            example = "false")
        @Nullable Boolean postCopy,
    @Schema(
            description =
                "How many connections carry the memory. Source: VIR_MIGRATE_PARALLEL,"
                    + " VIR_MIGRATE_PARAM_PARALLEL_CONNECTIONS.",
            example = "4")
        @Nullable
        @Min(value = 1, message = "is less than 1")
        @Max(value = 255, message = "is more than 255")
        Integer parallelConnections,
    @Schema(description = "How memory is compressed. Source: VIR_MIGRATE_COMPRESSED.")
        @Nullable
        @Valid
        CompressionRequest compression,
    @Schema(
            description =
                "Memory is sent without being copied on the source, which locks it"
                    + " there; needs parallelConnections. Source: VIR_MIGRATE_ZEROCOPY.",
            defaultValue = "false",
            example = "false")
        @Nullable Boolean zeroCopy,
    @Schema(
            description =
                "QEMU encrypts memory and disks; needs certificates on both hosts."
                    + " Source: VIR_MIGRATE_TLS.",
            defaultValue = "false",
            example = "false")
        @Nullable Boolean tls,
    @Schema(
            description =
                "The name in the destination's certificate, where it is not its host"
                    + " name; needs tls. Source: VIR_MIGRATE_PARAM_TLS_DESTINATION.",
            example = "kvm-b.example")
        @Nullable
        @Size(max = 255, message = "has more than 255 characters")
        @Pattern(regexp = HOST, message = "is no host name or address")
        String tlsDestination,
    @Schema(
            description =
                "The domain's name at the destination. Source:" + " VIR_MIGRATE_PARAM_DEST_NAME.",
            example = "web-01-moved")
        @Nullable
        @Size(max = 255, message = "has more than 255 characters")
        @Pattern(
            regexp = "[^/\\p{Cntrl}]+",
            message = "is no name of a domain: it must not be empty or have a slash")
        String destinationName,
    @Schema(
            description =
                "Whether the destination keeps a definition; as it is at the source"
                    + " when absent. Source: VIR_MIGRATE_PERSIST_DEST.",
            example = "true")
        @Nullable Boolean persist,
    @Schema(
            description =
                "Whether the source drops its definition; when absent it does, if the"
                    + " destination keeps one. Source: VIR_MIGRATE_UNDEFINE_SOURCE.",
            example = "true")
        @Nullable Boolean undefineSource,
    @Schema(
            description = "The guest stays paused at the destination. Source: VIR_MIGRATE_PAUSED.",
            defaultValue = "false",
            example = "false")
        @Nullable Boolean startPaused,
    @Schema(
            description =
                "An I/O error of the guest ends the migration. Source:"
                    + " VIR_MIGRATE_ABORT_ON_ERROR.",
            defaultValue = "false",
            example = "false")
        @Nullable Boolean abortOnIoError,
    @Schema(
            description =
                "The address at which the destination listens for memory and disks."
                    + " Source: VIR_MIGRATE_PARAM_LISTEN_ADDRESS.",
            example = "10.0.0.2")
        @Nullable
        @Pattern(regexp = ADDRESS, message = "is no IPv4 or IPv6 address")
        String listenAddress,
    @Schema(
            description =
                "The destination's port for the disks' copies. Source:"
                    + " VIR_MIGRATE_PARAM_DISKS_PORT.",
            example = "49500")
        @Nullable
        @Min(value = 1, message = "is less than 1")
        @Max(value = 65_535, message = "is more than 65535")
        Integer disksPort,
    @Schema(
            description =
                "What becomes of the copied images at the source: KEEP, or DELETE once"
                    + " the destination is seen to run on its copies.",
            defaultValue = "KEEP",
            example = "KEEP")
        @Nullable SourceVolumes sourceVolumes,
    @Schema(
            description =
                "What a copy may be written over at the destination: OWN, empty images and those"
                    + " that virt-ferry knows as the domain's own; ANY image of the same format"
                    + " and size, whatever it holds, not for callers that are bound to domains;"
                    + " NEVER, so that each image is made. What another domain names is never"
                    + " written over.",
            defaultValue = "OWN",
            example = "OWN")
        @Nullable Overwrite overwrite,
    @Schema(
            description =
                "How the backing image at the destination is compared when copy is"
                    + " INCREMENTAL: by SIZE (virtual size, format, allocation), or by"
                    + " CONTENT, for which both hosts' images are read while it is PREPARING.",
            defaultValue = "SIZE",
            example = "SIZE")
        @Nullable BackingCheck verifyBacking,
    @Schema(
            description =
                "A write of the guest waits for the copy, so that it can't outrun the"
                    + " link. Source: VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES.",
            defaultValue = "false",
            example = "false")
        @Nullable Boolean synchronousWrites,
    @Schema(
            description =
                "Zeroes are not written to the copies of disks with discard=unmap;"
                    + " needs libvirt 10.9 on both hosts. Source:"
                    + " VIR_MIGRATE_PARAM_MIGRATE_DISKS_DETECT_ZEROES.",
            defaultValue = "false",
            example = "false")
        @Nullable Boolean detectZeroes,
    @Schema(
            description =
                "The guest arrives paused and is let run only after the source is seen"
                    + " to have let go of it, so that a link lost in the switchover can't make"
                    + " two copies run. Source: VIR_MIGRATE_PAUSED.",
            defaultValue = "false",
            example = "false")
        @Nullable Boolean guardedSwitchover,
    @Schema(description = "No deadline when absent.") @Valid @Nullable TimeoutRequest timeout) {

  private static final String HOST = "[0-9A-Za-z]([0-9A-Za-z.:-]*[0-9A-Za-z])?";

  private static final String ADDRESS =
      "((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.|$)){4}|(?=.*:.*:)[0-9A-Fa-f:]{2,39}";

  static final OptionsRequest NONE =
      new OptionsRequest(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
          null, null, null, null, null, null, null, null, null);

  MigrationOptions toOptions(MigrationDefaults defaults) {
    return new MigrationOptions(
        new Rates(bandwidthMiBps, bandwidthPostCopyMiBps, maxDowntimeMillis),
        toMemory(),
        new Encryption(is(tls), tlsDestination),
        new DomainOptions(
            destinationName, persist, undefineSource, is(startPaused), is(abortOnIoError)),
        new Listening(listenAddress, disksPort),
        toStorage(),
        new Switchover(guarded(defaults), timeout == null ? null : timeout.toTimeout()));
  }

  private MemoryOptions toMemory() {
    return new MemoryOptions(
        autoConverge == null ? null : autoConverge.toAutoConverge(),
        is(postCopy),
        parallelConnections,
        compression == null ? null : compression.toCompression(),
        is(zeroCopy));
  }

  private StorageOptions toStorage() {
    return new StorageOptions(
        sourceVolumes == null ? SourceVolumes.KEEP : sourceVolumes,
        overwrite == null ? Overwrite.OWN : overwrite,
        verifyBacking == null ? BackingCheck.SIZE : verifyBacking,
        is(synchronousWrites),
        is(detectZeroes));
  }

  private static boolean is(@Nullable Boolean option) {
    return Boolean.TRUE.equals(option);
  }

  /** Who asks for post-copy, or for a paused guest, does without the guard that is the default. */
  private boolean guarded(MigrationDefaults defaults) {
    return guardedSwitchover == null
        ? defaults.guardedSwitchover() && !is(postCopy) && !is(startPaused)
        : guardedSwitchover;
  }

  /** How much a guest is slowed down. */
  @Schema(name = "MigrationRequestAutoConverge")
  record AutoConverge(
      @Schema(description = "Percent at first; QEMU's default when absent.", example = "20")
          @Nullable
          @Min(value = 1, message = "is less than 1 %")
          @Max(value = 99, message = "is more than 99 %")
          Integer initial,
      @Schema(description = "Percent more each time; QEMU's default when absent.", example = "10")
          @Nullable
          @Min(value = 1, message = "is less than 1 %")
          @Max(value = 99, message = "is more than 99 %")
          Integer increment) {

    MemoryOptions.AutoConverge toAutoConverge() {
      return new MemoryOptions.AutoConverge(initial, increment);
    }
  }
}
