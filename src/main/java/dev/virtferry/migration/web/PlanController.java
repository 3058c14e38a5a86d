package dev.virtferry.migration.web;

import dev.virtferry.access.Caller;
import dev.virtferry.access.web.AuditFilter;
import dev.virtferry.migration.MigrationDefaults;
import dev.virtferry.migration.control.MigrationService;
import dev.virtferry.notice.CallbackAllowlist;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What migrations would do, over HTTP. */
@RestController
@RequestMapping(path = "/v1/migration-plans", produces = "application/json")
@Tag(name = "migrations")
class PlanController {

  private final MigrationService service;
  private final MigrationDefaults defaults;
  private final CallbackAllowlist callbacks;

  PlanController(
      MigrationService service, MigrationDefaults defaults, CallbackAllowlist callbacks) {
    this.service = service;
    this.defaults = defaults;
    this.callbacks = callbacks;
  }

  @PostMapping(consumes = "application/json")
  @Operation(
      operationId = "planMigration",
      summary = "Plan a migration",
      description =
          "Takes what a migration takes and tells what it would do, disk by disk, and what is in its"
              + " way. Nothing is kept, and nothing is changed on any host.")
  @ApiResponse(responseCode = "200", description = "The plan, possible or not.")
  PlanResponse plan(
      @Valid @RequestBody MigrationRequest request,
      @AuthenticationPrincipal Caller caller,
      HttpServletRequest call) {
    AuditFilter.about(call, request.domain());
    callbacks.require(request.callbackUrl());
    return PlanResponse.of(service.plan(request.toSpec(defaults), caller.scope()), caller.scope());
  }
}
