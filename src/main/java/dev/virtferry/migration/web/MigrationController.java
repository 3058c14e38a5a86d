package dev.virtferry.migration.web;

import dev.virtferry.access.Caller;
import dev.virtferry.access.web.AuditFilter;
import dev.virtferry.migration.IdempotencyKey;
import dev.virtferry.migration.MigrationDefaults;
import dev.virtferry.migration.MigrationQueries;
import dev.virtferry.migration.MigrationQuery;
import dev.virtferry.migration.MigrationQuery.Position;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Transition;
import dev.virtferry.migration.control.Accepted;
import dev.virtferry.migration.control.MigrationService;
import dev.virtferry.notice.CallbackAllowlist;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Migrations over HTTP. */
@RestController
@RequestMapping(path = "/v1/migrations", produces = "application/json")
@Tag(name = "migrations", description = "Move running domains and copy exactly the named disks.")
class MigrationController {

  private final MigrationService service;
  private final MigrationQueries queries;
  private final MigrationDefaults defaults;
  private final CallbackAllowlist callbacks;

  MigrationController(
      MigrationService service,
      MigrationQueries queries,
      MigrationDefaults defaults,
      CallbackAllowlist callbacks) {
    this.service = service;
    this.queries = queries;
    this.defaults = defaults;
    this.callbacks = callbacks;
  }

  @PostMapping(consumes = "application/json")
  @Operation(
      operationId = "startMigration",
      summary = "Start a migration",
      description =
          "Checks the wish against both live hosts, keeps it and answers at once; poll the migration"
              + " at Location for what becomes of it.")
  @ApiResponse(
      responseCode = "202",
      description = "Accepted and kept.",
      headers = {
        @Header(
            name = "Location",
            description = "Where to poll.",
            schema = @Schema(type = "string")),
        @Header(
            name = "ETag",
            description = "Changes with the migration.",
            schema = @Schema(type = "string")),
        @Header(
            name = "Idempotency-Replayed",
            description = "true when an earlier request with the same key made the migration.",
            schema = @Schema(type = "string"))
      })
  ResponseEntity<MigrationResponse> start(
      @Valid @RequestBody MigrationRequest request,
      @Parameter(
              description =
                  "A text of the client's choice. The same request with the same key again is"
                      + " answered with the migration that the first one made; kept for a day.")
          @RequestHeader(name = "Idempotency-Key", required = false)
          @Pattern(
              regexp = "[!-~]{1,255}",
              message = "has no 1 to 255 visible ASCII characters without spaces")
          @Nullable String idempotencyKey,
      @AuthenticationPrincipal Caller caller,
      HttpServletRequest call) {
    AuditFilter.about(call, request.domain());
    callbacks.require(request.callbackUrl());
    Accepted accepted =
        service.submit(
            request.toSpec(defaults),
            caller,
            idempotencyKey == null
                ? null
                : new IdempotencyKey(caller.name(), idempotencyKey, Fingerprint.of(request)));
    AuditFilter.about(call, accepted.migration().migration().id(), request.domain());
    return answered(accepted, caller);
  }

  private static ResponseEntity<MigrationResponse> answered(Accepted accepted, Caller caller) {
    MigrationSnapshot migration = accepted.migration();
    ResponseEntity.BodyBuilder answer =
        ResponseEntity.accepted()
            .location(URI.create("/v1/migrations/" + migration.migration().id()))
            .eTag(migration.etag());
    if (accepted.replayed()) {
      answer.header("Idempotency-Replayed", "true");
    }
    return answer.body(MigrationResponse.of(migration, caller.scope()));
  }

  /** With Prefer and If-None-Match, {@link WatchController#waitForChange} answers. */
  @GetMapping("/{id}")
  @Operation(
      operationId = "getMigration",
      summary = "Read a migration",
      description =
          "With If-None-Match it answers 304 as long as nothing changed; with Prefer: wait as well,"
              + " it waits for a change, so many seconds at most.",
      parameters =
          @Parameter(
              in = ParameterIn.HEADER,
              name = "Prefer",
              description = "wait and a number of seconds, at most 60; with If-None-Match.",
              example = "wait=30",
              schema = @Schema(type = "string")))
  @ApiResponse(
      responseCode = "200",
      description = "As it is now.",
      headers =
          @Header(
              name = "ETag",
              description = "Changes with the migration and its progress.",
              schema = @Schema(type = "string")))
  @ApiResponse(
      responseCode = "304",
      description = "Nothing changed since the ETag of If-None-Match.",
      content = @Content)
  ResponseEntity<MigrationResponse> get(
      @OwnMigration MigrationSnapshot own,
      @Parameter(description = "The ETag of the answer before.")
          @RequestHeader(name = "If-None-Match", required = false)
          @Nullable String ifNoneMatch,
      @AuthenticationPrincipal Caller caller) {
    return found(own, caller);
  }

  @GetMapping
  @Operation(
      operationId = "listMigrations",
      summary = "List migrations",
      description = "Newest first. nextCursor leads to the next page; it is null on the last one.")
  @ApiResponse(responseCode = "200", description = "A page.")
  MigrationList list(
      @Parameter(description = "Only these states; may be repeated.")
          @RequestParam(defaultValue = "")
          Set<@NotNull(message = "is blank; name a state") MigrationState> state,
      @Parameter(description = "Only this domain, by name or UUID.")
          @RequestParam(required = false)
          @Size(max = 255, message = "has more than 255 characters")
          @Nullable String domain,
      @Parameter(description = "Only from this host.")
          @RequestParam(required = false)
          @Size(max = 255, message = "has more than 255 characters")
          @Nullable String source,
      @Parameter(description = "Only to this host.")
          @RequestParam(required = false)
          @Size(max = 255, message = "has more than 255 characters")
          @Nullable String destination,
      @Parameter(description = "At most so many.")
          @RequestParam(defaultValue = "50")
          @Min(value = 1, message = "is less than 1")
          @Max(value = 200, message = "is more than 200")
          int limit,
      @Parameter(description = "nextCursor of the page before.") @RequestParam(required = false)
          @Nullable String cursor,
      @AuthenticationPrincipal Caller caller) {
    Position after = cursor == null ? null : Cursor.parse(cursor).position();
    var query =
        new MigrationQuery(caller.scope(), state, domain, source, destination, limit, after);
    return MigrationList.of(queries.list(query), caller.scope());
  }

  @GetMapping("/{id}/history")
  @Operation(
      operationId = "getMigrationHistory",
      summary = "Read how a migration came to its state",
      description = "Every change of state with its time and cause, oldest first.")
  @ApiResponse(responseCode = "200", description = "All changes so far.")
  History history(@OwnMigration MigrationSnapshot own) {
    return new History(queries.history(own.migration().id()));
  }

  @PostMapping("/{id}/cancel")
  @Operation(
      operationId = "cancelMigration",
      summary = "Cancel a migration",
      description =
          "A queued one ends at once. A running one is aborted; poll until it is CANCELLED, or"
              + " SUCCEEDED when the request came too late.")
  @ApiResponse(responseCode = "202", description = "Asked for; the same when asked again.")
  ResponseEntity<MigrationResponse> cancel(
      @OwnMigration MigrationSnapshot own,
      @Parameter(description = IfMatch.DESCRIPTION)
          @RequestHeader(name = "If-Match", required = false)
          @Nullable String ifMatch,
      @AuthenticationPrincipal Caller caller) {
    MigrationSnapshot asked =
        service
            .cancel(own.migration().id(), IfMatch.precondition(ifMatch))
            .orElseThrow(MigrationNotFound::new);
    return ResponseEntity.accepted()
        .eTag(asked.etag())
        .body(MigrationResponse.of(asked, caller.scope()));
  }

  @PostMapping(path = "/{id}/resolve", consumes = "application/json")
  @Operation(
      operationId = "resolveMigration",
      summary = "End a migration in trouble by hand",
      description =
          "Only while it is RECOVERING or NEEDS_ATTENTION. It ends as FAILED with the last known"
              + " location; no host is touched, and its slots and its domain are free.")
  @ApiResponse(responseCode = "200", description = "Ended.")
  ResponseEntity<MigrationResponse> resolve(
      @OwnMigration MigrationSnapshot own,
      @Valid @RequestBody Resolution resolution,
      @Parameter(description = IfMatch.DESCRIPTION)
          @RequestHeader(name = "If-Match", required = false)
          @Nullable String ifMatch,
      @AuthenticationPrincipal Caller caller) {
    return found(
        service
            .resolve(own.migration().id(), resolution.reason(), IfMatch.precondition(ifMatch))
            .orElseThrow(MigrationNotFound::new),
        caller);
  }

  /** Why a person ends a migration. */
  @Schema(name = "Resolution")
  record Resolution(
      @Schema(
              description = "Kept in the migration's history.",
              example = "destroyed the copy on kvm-a; web-01 runs on kvm-b")
          @NotBlank(message = "is missing or empty; say what you know")
          @Size(max = 500, message = "has more than 500 characters")
          String reason) {}

  /** Changes of state, oldest first. */
  @Schema(name = "History")
  record History(List<Transition> items) {}

  private static ResponseEntity<MigrationResponse> found(MigrationSnapshot tracked, Caller caller) {
    return ResponseEntity.ok()
        .eTag(tracked.etag())
        .body(MigrationResponse.of(tracked, caller.scope()));
  }
}
