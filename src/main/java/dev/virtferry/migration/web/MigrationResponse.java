package dev.virtferry.migration.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.virtferry.access.Scope;
import dev.virtferry.http.ProblemDocument.FieldError;
import dev.virtferry.http.ProblemDocument.LibvirtError;
import dev.virtferry.libvirt.MigrateFlag;
import dev.virtferry.libvirt.TypedParameter;
import dev.virtferry.migration.Completion;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Failure;
import dev.virtferry.migration.Failure.LibvirtWords;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.Progress.DiskProgress;
import dev.virtferry.migration.Progress.MemoryProgress;
import dev.virtferry.migration.Stall;
import dev.virtferry.migration.Timeline.PhaseSpan;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.Tuning;
import dev.virtferry.migration.VolumeRecord;
import dev.virtferry.migration.options.MigrationOptions;
import dev.virtferry.migration.plan.CallMapping;
import dev.virtferry.migration.plan.Discretion;
import io.swagger.v3.oas.annotations.media.Schema;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A migration as a client sees it. Times are in UTC, sizes in bytes. */
@Schema(name = "Migration")
@JsonInclude(JsonInclude.Include.ALWAYS)
public record MigrationResponse(
    @Schema(description = "A UUID of version 7.") UUID id,
    @Schema(description = "Counts the changes; progress is not among them.", example = "4")
        int version,
    DomainName domain,
    @Schema(description = "The host that the domain comes from.", example = "kvm-a") String source,
    @Schema(description = "The host that it goes to.", example = "kvm-b") String destination,
    @Schema(
            description = "What libvirt is given to dial: the inventory's own string.",
            example = "qemu+tls://kvm-b/system")
        String destUri,
    MigrationState state,
    @Schema(description = "What libvirt's job does or did last; null before it started.")
        @Nullable Phase phase,
    @Schema(description = "Where the guest is, as far as both hosts tell.")
        DomainLocation domainLocation,
    @Schema(description = "Whether a client asked for its end.") boolean cancelRequested,
    @Schema(
            description =
                "How a client asked to bring the memory copy to its end; null when none did.")
        @Nullable Completion completion,
    ProgressResponse progress,
    @Schema(description = "The disks that are copied, in the order sent.") List<DiskProgress> disks,
    @Schema(
            description =
                "What the disks' streams carry at most, should all of the disks hold data; null where"
                    + " that is not known. See the field of that name in a plan.")
        @Nullable Long bytesToCopyAtMost,
    @Schema(description = "Exactly the typed parameters that go to virDomainMigrateToURI3.")
        List<Parameter> parameters,
    @Schema(description = "Exactly the flags that go to virDomainMigrateToURI3.")
        List<MigrateFlag> flags,
    @Schema(description = "The options in effect; those that were left to libvirt are null.")
        MigrationOptions options,
    @Schema(
            description =
                "What became of the last change of bandwidth while the job ran; null without one.")
        @Nullable Tuning tuning,
    @Schema(description = "0 to 9; the highest leaves the queue first.", example = "5")
        int priority,
    @Schema(
            description = "Who is told of each change of state, without its query.",
            example = "https://control.example/hooks/ferry")
        @Nullable String callbackUrl,
    @Schema(description = "The volumes that were made or deleted, and what became of them.")
        List<Cleanup> cleanup,
    @Schema(description = "Why it is in trouble; null when it is not.")
        @Nullable Attention attention,
    Instant createdAt,
    @Schema(description = "When libvirt was called.") @Nullable Instant startedAt,
    @Schema(description = "When the end was known.") @Nullable Instant endedAt,
    List<PhaseSpan> phases,
    @Schema(description = "Why it failed; null unless it did.") @Nullable MigrationError error) {

  /** As a caller with that scope is told of it. */
  static MigrationResponse of(MigrationSnapshot tracked, Scope scope) {
    Migration migration = tracked.migration();
    return of(
        migration, migration.plan(), tracked.progress(), scope, isRenamedBeyond(scope, migration));
  }

  private static MigrationResponse of(
      Migration migration, TransferPlan transfer, Progress progress, Scope scope, boolean hidden) {
    return new MigrationResponse(
        migration.id(),
        migration.version(),
        new DomainName(transfer.guest().name(), transfer.guest().uuid()),
        transfer.source(),
        transfer.destination(),
        transfer.destUri(),
        migration.state(),
        migration.phase(),
        migration.location(),
        migration.status().cancelRequested(),
        migration.status().completion(),
        ProgressResponse.of(progress),
        progress.disks(),
        transfer.bytesToCopyAtMost(),
        parameters(migration, hidden),
        List.copyOf(migration.call().flags()),
        hidden ? migration.options().withoutDestinationName() : migration.options(),
        migration.status().tuning(),
        migration.spec().priority(),
        shown(migration.spec().callbackUrl()),
        migration.volumes().stream().map(volume -> Cleanup.of(volume, scope)).toList(),
        Attention.of(migration.attention(), scope),
        migration.timeline().createdAt(),
        migration.timeline().startedAt(),
        migration.timeline().endedAt(),
        migration.timeline().phases(),
        migration.failure() == null ? null : MigrationError.of(migration.failure(), scope));
  }

  private static boolean isRenamedBeyond(Scope scope, Migration migration) {
    @Nullable String name = migration.options().domain().destinationName();
    return name != null && !scope.hasDomain(name);
  }

  private static List<Parameter> parameters(Migration migration, boolean hidden) {
    return migration.call().parameters().stream()
        .filter(parameter -> !hidden || !CallMapping.TELL_THE_NEW_NAME.contains(parameter.name()))
        .map(Parameter::of)
        .toList();
  }

  /** Queries may carry tokens. */
  private static @Nullable String shown(@Nullable URI url) {
    return url == null ? null : url.toString().replaceFirst("\\?.*", "");
  }

  /** Why it is in trouble, for a person. */
  @Schema(name = "Attention")
  record Attention(
      @Schema(description = "When that was first seen.") Instant since,
      @Schema(description = "What the hosts show.") String reason,
      @Schema(description = "What an operator can do about it, first things first.")
          String advice) {

    static @Nullable Attention of(dev.virtferry.migration.@Nullable Attention why, Scope scope) {
      return why == null
          ? null
          : new Attention(why.since(), Discretion.reason(why, scope), why.advice());
    }
  }

  /** A domain by both its names. */
  @Schema(name = "DomainName")
  record DomainName(@Schema(example = "web-01") String name, UUID uuid) {}

  /** One typed parameter; a name may occur many times. */
  @Schema(name = "TypedParameter")
  record Parameter(
      @Schema(example = "migrate_disks") String name,
      @Schema(
              example = "string",
              allowableValues = {"int", "uint", "llong", "ullong", "double", "boolean", "string"})
          String type,
      @Schema(
              example = "vda",
              types = {"string", "number", "boolean"})
          Object value) {

    static Parameter of(TypedParameter parameter) {
      return new Parameter(
          parameter.name(), parameter.value().typeName(), parameter.value().value());
    }
  }

  /** How far it is. */
  @Schema(name = "Progress")
  record ProgressResponse(
      @Schema(description = "0 to 100; never falls, and 100 only at success.", example = "41")
          int percent,
      long bytesTotal,
      long bytesDone,
      @Schema(
              description =
                  "What went over the wire, as libvirt counts it: memory that was sent again counts"
                      + " again.")
          long bytesMoved,
      @Schema(description = "Smoothed over some seconds; 0 unless libvirt's job copies.")
          long bytesPerSecond,
      @Schema(description = "From libvirt's call to the last byte.") long averageBytesPerSecond,
      @Schema(
              description =
                  "What is left, at the present rate. Null when nothing sensible can be said: before"
                      + " the first byte, while it is stalled, while the guest rewrites its memory"
                      + " about as fast as it is carried, and unless libvirt's job copies.")
          @Nullable Long etaSeconds,
      @Schema(description = "Since when and why it does not get on; null while it does.")
          @Nullable Stall stalled,
      @Schema(description = "How much of the backing images was compared; null when none is.")
          Progress.@Nullable Verification verification,
      MemoryProgress memory,
      @Schema(description = "The pause that QEMU foresees, in milliseconds.")
          @Nullable Long expectedDowntimeMillis,
      @Schema(
              description =
                  "The pause as libvirt measured it, in milliseconds; the wait of a guarded switchover"
                      + " comes on top. Null before success, and when libvirt did not tell.")
          @Nullable Long downtimeMillis) {

    static ProgressResponse of(Progress progress) {
      return new ProgressResponse(
          progress.percent(),
          progress.bytesTotal(),
          progress.bytesDone(),
          progress.flow().bytesMoved(),
          progress.flow().bytesPerSecond(),
          progress.flow().averageBytesPerSecond(),
          progress.etaSeconds(),
          progress.stalled(),
          progress.verification(),
          progress.memory(),
          progress.expectedDowntimeMillis(),
          progress.downtimeMillis());
    }
  }

  /** A volume that was made at the destination, or was to be deleted at the source. */
  @Schema(name = "Cleanup")
  record Cleanup(
      @Schema(description = "Its path on the host.", example = "/srv/web-01-vda.qcow2")
          String volume,
      @Schema(example = "kvm-b") String host,
      @Schema(description = "The disk that is copied into it or from it.", example = "vda")
          String target,
      @Schema(example = "images") String pool,
      VolumeRecord.Fate state,
      @Schema(description = "Why it was left; null unless it was.") @Nullable String reason) {

    static Cleanup of(VolumeRecord volume, Scope scope) {
      return new Cleanup(
          volume.path(),
          volume.host(),
          volume.target(),
          volume.pool(),
          volume.state(),
          Discretion.of(volume.reason(), scope));
    }
  }

  /** A problem, and what libvirt said. */
  @Schema(name = "MigrationError")
  record MigrationError(
      @Schema(example = "urn:virt-ferry:problem:disk-not-copyable") String type,
      String title,
      int status,
      String detail,
      List<FieldError> errors,
      @Schema(
              description =
                  "libvirt's own words; null when it said nothing, or when a bound caller is not told"
                      + " what the destination has.")
          @Nullable LibvirtError libvirt) {

    static MigrationError of(Failure failure, Scope scope) {
      var problem = Discretion.of(failure.problem(), scope);
      boolean untold = !problem.equals(failure.problem());
      return new MigrationError(
          problem.type().uri(),
          problem.type().title(),
          problem.type().status(),
          problem.detail(),
          FieldError.of(problem),
          failure.libvirt() == null || untold ? null : answered(failure.libvirt()));
    }
  }

  /** What libvirt said, as it is shown. */
  static LibvirtError answered(LibvirtWords words) {
    return new LibvirtError(words.code(), words.domain(), words.message());
  }
}
