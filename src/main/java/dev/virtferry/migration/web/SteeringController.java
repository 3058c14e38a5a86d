package dev.virtferry.migration.web;

import dev.virtferry.access.Caller;
import dev.virtferry.http.GivenLong;
import dev.virtferry.migration.Completion;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.control.SteeringService;
import dev.virtferry.migration.options.OptionsPatch;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.annotation.JsonDeserialize;

/** Steers running migrations over HTTP. */
@RestController
@RequestMapping(path = "/v1/migrations/{id}", produces = "application/json")
@Tag(name = "migrations")
class SteeringController {

  private final SteeringService service;

  SteeringController(SteeringService service) {
    this.service = service;
  }

  @PatchMapping(consumes = "application/merge-patch+json")
  @Operation(
      operationId = "retuneMigration",
      summary = "Change bandwidth or downtime",
      description =
          "Until the switchover. A running job is told at once; tuning in the answer says which"
              + " streams have the bandwidth.")
  @ApiResponse(responseCode = "200", description = "Kept, and told to the job where one runs.")
  ResponseEntity<MigrationResponse> retune(
      @OwnMigration MigrationSnapshot own,
      @Valid @RequestBody Patch patch,
      @Parameter(description = IfMatch.DESCRIPTION)
          @RequestHeader(name = "If-Match", required = false)
          @Nullable String ifMatch,
      @AuthenticationPrincipal Caller caller) {
    OptionsPatch wish = patch.options().toRetuning();
    MigrationSnapshot now =
        service
            .retune(own.migration().id(), wish, IfMatch.precondition(ifMatch))
            .orElseThrow(MigrationNotFound::new);
    return ResponseEntity.ok().eTag(now.etag()).body(MigrationResponse.of(now, caller.scope()));
  }

  @PostMapping(path = "/complete", consumes = "application/json")
  @Operation(
      operationId = "completeMigration",
      summary = "Bring the memory copy to its end",
      description =
          "For a guest that changes its memory faster than it is copied. Before the memory phase it"
              + " is remembered until then.")
  @ApiResponse(responseCode = "202", description = "Asked for; poll on.")
  ResponseEntity<MigrationResponse> complete(
      @OwnMigration MigrationSnapshot own,
      @Valid @RequestBody CompletionRequest request,
      @Parameter(description = IfMatch.DESCRIPTION)
          @RequestHeader(name = "If-Match", required = false)
          @Nullable String ifMatch,
      @AuthenticationPrincipal Caller caller) {
    return accepted(
        service
            .complete(own.migration().id(), request.by(), IfMatch.precondition(ifMatch))
            .orElseThrow(MigrationNotFound::new),
        caller);
  }

  @PostMapping("/resume-post-copy")
  @Operation(
      operationId = "resumePostCopy",
      summary = "Go on with a post-copy whose link was lost",
      description =
          "The guest is paused then, its memory split between both hosts. It is tried until QEMU"
              + " takes it; poll on.")
  @ApiResponse(responseCode = "202", description = "Asked for; the same when asked again.")
  ResponseEntity<MigrationResponse> resumePostCopy(
      @OwnMigration MigrationSnapshot own,
      @Parameter(description = IfMatch.DESCRIPTION)
          @RequestHeader(name = "If-Match", required = false)
          @Nullable String ifMatch,
      @AuthenticationPrincipal Caller caller) {
    return accepted(
        service
            .resumePostCopy(own.migration().id(), IfMatch.precondition(ifMatch))
            .orElseThrow(MigrationNotFound::new),
        caller);
  }

  private static ResponseEntity<MigrationResponse> accepted(
      MigrationSnapshot asked, Caller caller) {
    return ResponseEntity.accepted()
        .eTag(asked.etag())
        .body(MigrationResponse.of(asked, caller.scope()));
  }

  /** What is changed; what is absent stays. */
  @Schema(name = "MigrationPatch")
  record Patch(@NotNull(message = "is missing; say what to change") @Valid Options options) {

    /** Options that a running job can be given. */
    @Schema(name = "MigrationPatchOptions")
    record Options(
        @Schema(description = "MiB/s for each stream: each disk copy, and memory.", example = "400")
            @JsonDeserialize(using = GivenLong.class)
            @Nullable
            @Min(value = 1, message = "is less than 1 MiB/s")
            @Max(value = 1_000_000, message = "is more than 1000000 MiB/s")
            Long bandwidthMiBps,
        @Schema(description = "The longest pause to aim for, in milliseconds.", example = "500")
            @JsonDeserialize(using = GivenLong.class)
            @Nullable
            @Min(value = 1, message = "is less than 1 ms")
            @Max(value = 2_000_000, message = "is more than 2000000 ms")
            Long maxDowntimeMillis) {

      OptionsPatch toRetuning() {
        return new OptionsPatch(bandwidthMiBps, maxDowntimeMillis);
      }
    }
  }

  /** How the memory copy is brought to its end. */
  @Schema(name = "CompletionRequest")
  record CompletionRequest(
      @Schema(
              description =
                  "POST_COPY: the guest goes on at the destination and fetches the rest of its memory;"
                      + " needs options.postCopy. SUSPEND: it is paused until it is across.",
              example = "SUSPEND")
          @NotNull(message = "is missing; use POST_COPY or SUSPEND")
          Completion by) {}
}
