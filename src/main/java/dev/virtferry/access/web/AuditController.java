package dev.virtferry.access.web;

import dev.virtferry.access.AuditEntry;
import dev.virtferry.access.AuditQuery;
import dev.virtferry.access.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The audit over HTTP, for admins. */
@RestController
@RequestMapping(path = "/v1/audit", produces = "application/json")
@Tag(name = "audit", description = "See who did what.")
class AuditController {

  private final AuditTrail trail;

  AuditController(AuditTrail trail) {
    this.trail = trail;
  }

  @GetMapping
  @Operation(
      operationId = "listAudit",
      summary = "List who did what",
      description =
          "Calls that change something, and those that were refused, newest first; of others only"
              + " what the caller's token is bound to. Refused calls of one kind are one entry a"
              + " minute: calls tells how many, at and until when the first and the last was, and"
              + " the rest of the entry is of the first. nextCursor leads to the next page; it is"
              + " null on the last one.")
  @ApiResponse(responseCode = "200", description = "A page.")
  AuditPage list(
      @Parameter(description = "Only of this caller, such as token:control-plane.")
          @RequestParam(required = false)
          @Size(max = 255, message = "has more than 255 characters")
          @Nullable String caller,
      @Parameter(description = "Only about this domain, as the calls named it.")
          @RequestParam(required = false)
          @Size(max = 255, message = "has more than 255 characters")
          @Nullable String domain,
      @Parameter(description = "Only about this migration.") @RequestParam(required = false)
          @Nullable UUID migration,
      @Parameter(description = "At most so many.")
          @RequestParam(defaultValue = "50")
          @Min(value = 1, message = "is less than 1")
          @Max(value = 200, message = "is more than 200")
          int limit,
      @Parameter(description = "nextCursor of the page before.") @RequestParam(required = false)
          @Nullable UUID cursor,
      @AuthenticationPrincipal Caller reader) {
    List<AuditEntry> found =
        trail.list(new AuditQuery(reader, caller, domain, migration, cursor, limit + 1));
    return found.size() <= limit
        ? new AuditPage(found, null)
        : new AuditPage(found.subList(0, limit), found.get(limit - 1).id());
  }

  /** Entries, newest first. */
  @Schema(name = "AuditPage")
  record AuditPage(
      List<AuditEntry> items,
      @Schema(description = "Leads to the next page; null on the last one.")
          @Nullable UUID nextCursor) {}
}
