package dev.virtferry.migration.web;

import dev.virtferry.access.Caller;
import dev.virtferry.migration.MigrationService;
import dev.virtferry.migration.Tracked;
import dev.virtferry.notice.Deliveries;
import dev.virtferry.notice.Delivery;
import dev.virtferry.notice.Newsroom;
import dev.virtferry.notice.Subscription;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** For clients that want to be told instead of asking again and again. */
@RestController
@RequestMapping("/v1/migrations/{id}")
@Tag(name = "migrations")
class WatchController {

  /** The stream ends with the migration, and not before. */
  private static final long NO_TIMEOUT = 0;

  private final MigrationService service;
  private final Newsroom newsroom;
  private final Deliveries deliveries;

  WatchController(MigrationService service, Newsroom newsroom, Deliveries deliveries) {
    this.service = service;
    this.newsroom = newsroom;
    this.deliveries = deliveries;
  }

  @GetMapping(path = "/events", produces = "text/event-stream")
  @Operation(
      operationId = "watchMigration",
      summary = "Be told of every change",
      description =
          "Server-Sent Events until the end: state when the migration changed, progress when only its"
              + " progress did, each with the whole migration and its ETag as id. The first tells how"
              + " it is now, unless Last-Event-ID says that the client knows; there is no replay.")
  @ApiResponse(
      responseCode = "200",
      description = "Events, and a comment now and then as a sign of life.",
      content = @Content(mediaType = "text/event-stream", schema = @Schema(type = "string")))
  SseEmitter events(
      @PathVariable UUID id,
      @Parameter(description = "The id of the last event that was heard.")
          @RequestHeader(name = "Last-Event-ID", defaultValue = "")
          String lastEventId,
      @AuthenticationPrincipal Caller caller) {
    Tracked now = found(id);
    var emitter = new SseEmitter(NO_TIMEOUT);
    var stream = new EventStream(emitter);
    if (now.migration().state().terminal()) {
      stream.changed(now);
    } else {
      Subscription seat = newsroom.watch(id, caller.name(), lastEventId, stream);
      emitter.onCompletion(seat::close);
      emitter.onError(_ -> seat.close());
    }
    return emitter;
  }

  /** Described with the answer that does not wait. */
  @GetMapping(
      headers = {"Prefer", "If-None-Match"},
      produces = "application/json")
  @Operation(hidden = true)
  Object waitForChange(
      @PathVariable UUID id,
      @RequestHeader("Prefer") String prefer,
      @RequestHeader("If-None-Match") String ifNoneMatch,
      @AuthenticationPrincipal Caller caller) {
    Tracked now = found(id);
    Optional<Duration> patience = Prefer.waiting(prefer);
    boolean known = ifNoneMatch.contains(now.etag());
    if (patience.isEmpty() || !known || now.migration().state().terminal()) {
      return ResponseEntity.ok().eTag(now.etag()).body(MigrationResponse.of(now));
    }
    return LongPoll.answer(newsroom, caller.name(), now, patience.get());
  }

  @GetMapping(path = "/deliveries", produces = "application/json")
  @Operation(
      operationId = "getMigrationDeliveries",
      summary = "Read what callbackUrl was told",
      description =
          "One delivery for each change of state, oldest first; none without callbackUrl.")
  @ApiResponse(responseCode = "200", description = "All deliveries so far.")
  DeliveryList deliveries(@PathVariable UUID id) {
    return new DeliveryList(deliveries.of(found(id).migration().id()));
  }

  /** Deliveries, oldest first. */
  @Schema(name = "Deliveries")
  record DeliveryList(List<Delivery> items) {}

  private Tracked found(UUID id) {
    return service.find(id).orElseThrow(() -> new MigrationNotFound(id));
  }
}
