package dev.virtferry.access.web;

import dev.virtferry.access.Caller;
import dev.virtferry.access.Role;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Objects;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tells callers who they are, so that a client can offer what they may do. */
@RestController
@RequestMapping(path = "/v1/caller", produces = "application/json")
@Tag(name = "caller", description = "See who you are to the service.")
class CallerController {

  @GetMapping
  @Operation(
      operationId = "getCaller",
      summary = "Read who calls",
      description = "As the token that is shown tells.")
  @ApiResponse(responseCode = "200", description = "Who it is.")
  CallerResponse caller(@AuthenticationPrincipal Caller caller) {
    return new CallerResponse(caller.name(), Objects.requireNonNull(caller.role()));
  }

  /** Who calls. */
  @Schema(name = "Caller")
  record CallerResponse(
      @Schema(description = "As in the audit.", example = "token:control-plane") String name,
      @Schema(description = "Each role includes the ones before it.", example = "OPERATOR")
          Role role) {}
}
