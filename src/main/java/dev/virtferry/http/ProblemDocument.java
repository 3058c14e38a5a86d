package dev.virtferry.http;

import dev.virtferry.problem.Problem;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.UUID;

/** An RFC 9457 problem document; here only to be described, {@link ProblemAnswer} writes it. */
@Schema(name = "Problem", description = "An RFC 9457 problem document.")
public record ProblemDocument(
    @Schema(
            description = "What went wrong; stable, and meant to be compared.",
            example = "urn:virt-ferry:problem:disk-not-found")
        String type,
    @Schema(example = "The domain has no such disk") String title,
    @Schema(example = "422") int status,
    @Schema(
            description = "What happened and what to do about it, for people.",
            example = "The domain has no disk target of that name; it has vda, vdb.")
        String detail,
    @Schema(
            description = "The path of the call; absent where it could not be read.",
            example = "/v1/migrations",
            requiredMode = Schema.RequiredMode.NOT_REQUIRED)
        String instance,
    @Schema(
            description = "The fields that are to blame; absent when none is.",
            requiredMode = Schema.RequiredMode.NOT_REQUIRED)
        List<FieldError> errors,
    @Schema(
            description = "The migration that is in the way; only of migration-in-progress.",
            requiredMode = Schema.RequiredMode.NOT_REQUIRED)
        UUID migration,
    @Schema(
            description = "What libvirt answered; only of libvirt-error.",
            requiredMode = Schema.RequiredMode.NOT_REQUIRED)
        LibvirtError libvirt) {

  /** A field that is to blame. */
  @Schema(name = "FieldError")
  public record FieldError(@Schema(example = "#/disks/1") String pointer, String detail) {

    /** All that are to blame for a problem. */
    public static List<FieldError> of(Problem problem) {
      return problem.errors().stream().map(e -> new FieldError(e.pointer(), e.detail())).toList();
    }
  }

  /** A virErrorNumber, a virErrorDomain and a message. */
  @Schema(name = "LibvirtError")
  public record LibvirtError(int code, int domain, String message) {}
}
