package dev.virtferry.migration.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.virtferry.access.Scope;
import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.DestinationImage;
import dev.virtferry.disk.DiskChoice;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.http.ProblemDocument.FieldError;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.MigrateFlag;
import dev.virtferry.libvirt.VolumeSpec;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.options.MigrationOptions;
import dev.virtferry.migration.plan.MigrationPlan;
import dev.virtferry.migration.plan.MigrationPlan.Check;
import dev.virtferry.migration.plan.VirshCommand;
import dev.virtferry.migration.web.MigrationResponse.DomainName;
import dev.virtferry.migration.web.MigrationResponse.Parameter;
import dev.virtferry.problem.Problem;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a migration would do. Sizes are in bytes. */
@Schema(name = "MigrationPlan")
@JsonInclude(JsonInclude.Include.ALWAYS)
record PlanResponse(
    @Schema(description = "Whether nothing is in the way; else problems say what is.")
        boolean possible,
    DomainName domain,
    @Schema(example = "kvm-a") String source,
    @Schema(example = "kvm-b") String destination,
    @Schema(example = "qemu+tls://kvm-b/system") String destUri,
    @Schema(description = "How disks are copied; null when none is.") @Nullable CopyMode copy,
    @Schema(description = "Every disk of the domain, in the order of its definition.")
        List<PlannedDisk> disks,
    @Schema(description = "What the disks' streams carry at least.") long bytesToCopy,
    @Schema(
            description =
                "What the disks' streams carry at most, should all of the disks hold data: what an"
                    + " image keeps compressed is known to its own tables alone. Null where the"
                    + " size of a disk is not known.")
        @Nullable Long bytesToCopyAtMost,
    @Schema(description = "What the memory's stream carries at least.") long memoryBytes,
    @Schema(
            description =
                "How long it takes at least at the bandwidth that is asked for; null without one.")
        @Nullable Long estimateSeconds,
    @Schema(description = "What was looked at on both hosts.") List<PlanCheck> checks,
    @Schema(description = "What is in the way; empty when nothing is.") List<PlanProblem> problems,
    @Schema(
            description =
                "Exactly the typed parameters that virDomainMigrateToURI3 would get; null when"
                    + " something is in the way.")
        @Nullable List<Parameter> parameters,
    @Schema(description = "Exactly the flags that it would get; null when something is in the way.")
        @Nullable List<MigrateFlag> flags,
    MigrationOptions options,
    @Schema(
            description =
                "The same as a command; destination volumes would have to be made by hand before."
                    + " Null when something is in the way.",
            example =
                "virsh -c qemu+tls://kvm-a/system migrate --live --p2p --persistent"
                    + " --undefinesource --copy-storage-all --migrate-disks vda,vdb --domain web-01"
                    + " --desturi qemu+tls://kvm-b/system")
        @Nullable String virsh) {

  static PlanResponse of(MigrationPlan plan, Scope scope) {
    TransferPlan transfer = plan.transfer();
    MigrateCall call = plan.call();
    return new PlanResponse(
        plan.possible(),
        new DomainName(transfer.guest().name(), transfer.guest().uuid()),
        transfer.source(),
        transfer.destination(),
        transfer.destUri(),
        transfer.copy(),
        plan.disks().stream().map(choice -> PlannedDisk.of(choice, plan, scope)).toList(),
        plan.bytesToCopy(),
        transfer.bytesToCopyAtMost(),
        transfer.guest().memoryBytes(),
        plan.estimateSeconds(),
        plan.checks().stream().map(PlanCheck::of).toList(),
        plan.problems().stream().map(PlanProblem::of).toList(),
        call == null ? null : call.parameters().stream().map(Parameter::of).toList(),
        call == null ? null : List.copyOf(call.flags()),
        plan.spec().options(),
        call == null ? null : VirshCommand.of(call, transfer.guest().name(), plan.source()));
  }

  /** What happens to one disk. */
  @Schema(name = "PlannedDisk")
  record PlannedDisk(
      @Schema(example = "vda") String target,
      DiskChoice.Action action,
      @Schema(description = "Why it is not copied; null when it is.") @Nullable String reason,
      @Schema(description = "Its image on the source.", example = "/srv/web-01-vda.qcow2")
          @Nullable String image,
      @Schema(description = "The images beneath, the nearest first.") List<String> backing,
      @Schema(description = "The size that the guest sees; null when unknown.")
          @Nullable Long capacityBytes,
      @Schema(description = "What its stream carries at least; 0 when it is not copied.")
          long bytesToCopy,
      @Schema(
              description =
                  "What its stream carries at most; 0 when it is not copied, null when its size is"
                      + " not known.")
          @Nullable Long bytesToCopyAtMost,
      @Schema(
              description =
                  "What stands at its place before anything is written: ABSENT, and the image is"
                      + " made; EMPTY; OWN, data that virt-ferry knows as this domain's; FOREIGN, data of which it"
                      + " does not know whose; NAMED, another domain or migration has it, or it keeps its"
                      + " data in other files; UNKNOWN_CONTENT, no pool shows it, or it is a block device. Null when it is"
                      + " not copied, and for bound callers.")
          @Nullable DestinationImage destinationImage,
      @Schema(description = "Where it goes; null when it is not copied.")
          @Nullable PlannedVolume volume) {

    static PlannedDisk of(DiskChoice choice, MigrationPlan whole, Scope scope) {
      var disk = choice.disk();
      DiskImage image = disk.image();
      VolumePlan plan =
          whole.transfer().disks().stream()
              .filter(p -> p.target().equals(disk.target()))
              .findFirst()
              .orElse(null);
      return new PlannedDisk(
          disk.target(),
          choice.action(),
          choice.reason(),
          image == null ? null : image.location(),
          image == null ? List.of() : image.chain().stream().map(DiskImage::location).toList(),
          disk.capacityBytes() == 0 ? null : Long.valueOf(disk.capacityBytes()),
          plan == null ? 0 : plan.bytesToCopy(),
          plan == null ? Long.valueOf(0) : plan.bytesToCopyAtMost(),
          whole.images().get(disk.target()),
          plan == null ? null : PlannedVolume.of(plan, scope));
    }
  }

  /** The image at the destination. */
  @Schema(name = "PlannedVolume")
  record PlannedVolume(
      VolumePlan.Action action,
      @Schema(example = "/srv/web-01-vda.qcow2") String path,
      @Schema(description = "Null when no pool lets virt-ferry look.", example = "images")
          @Nullable String pool,
      @Schema(example = "web-01-vda.qcow2") @Nullable String name,
      @Schema(example = "qcow2") @Nullable String format,
      long capacityBytes,
      @Schema(
              description =
                  "What is free in the pool now; null without a pool, and for callers who are bound to\n                      domains.")
          @Nullable Long poolFreeBytes,
      @Schema(description = "The image beneath; null for none.") @Nullable String backing) {

    static PlannedVolume of(VolumePlan plan, Scope scope) {
      VolumeSpec volume = plan.volume();
      return new PlannedVolume(
          plan.action(),
          plan.path(),
          volume == null ? null : volume.pool(),
          volume == null ? null : volume.name(),
          volume == null ? null : volume.format(),
          plan.capacityBytes(),
          scope.hasAllDomains() ? plan.poolFreeBytes() : null,
          volume == null || volume.backing() == null ? null : volume.backing().path());
    }
  }

  /** One thing that was looked at. */
  @Schema(name = "PlanCheck")
  record PlanCheck(Check.Subject subject, Check.Outcome outcome, String detail) {

    static PlanCheck of(Check check) {
      return new PlanCheck(check.subject(), check.outcome(), check.detail());
    }
  }

  /** Something in the way: what the migration itself would be refused with. */
  @Schema(name = "PlanProblem")
  record PlanProblem(
      @Schema(example = "urn:virt-ferry:problem:disk-left-behind") String type,
      String title,
      int status,
      String detail,
      List<FieldError> errors) {

    static PlanProblem of(Problem problem) {
      return new PlanProblem(
          problem.type().uri(),
          problem.type().title(),
          problem.type().status(),
          problem.detail(),
          FieldError.of(problem));
    }
  }
}
