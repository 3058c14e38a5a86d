package dev.virtferry.migration.web;

import dev.virtferry.access.Caller;
import dev.virtferry.http.Prefer;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.notice.Audience;
import dev.virtferry.notice.ChangeFeed;
import dev.virtferry.notice.Deliveries;
import dev.virtferry.notice.Delivery;
import dev.virtferry.notice.Subscription;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
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

  private final ChangeFeed changes;
  private final Deliveries deliveries;

  WatchController(ChangeFeed changes, Deliveries deliveries) {
    this.changes = changes;
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
      @OwnMigration MigrationSnapshot now,
      @Parameter(description = "The id of the last event that was heard.")
          @RequestHeader(name = "Last-Event-ID", defaultValue = "")
          String lastEventId,
      @AuthenticationPrincipal Caller caller,
      @Parameter(hidden = true) HttpMethod method,
      @Parameter(hidden = true) HttpServletResponse response)
      throws IOException {
    var emitter = new SseEmitter(NO_TIMEOUT);
    var stream = new EventStream(emitter, caller.scope());
    if (now.migration().state().terminal()) {
      stream.changed(now);
    } else if (method.equals(HttpMethod.HEAD)) {
      emitter.complete();
    } else {
      Subscription seat =
          changes.watch(now.migration().id(), audience(caller), lastEventId, stream);
      stream.sit(seat);
      emitter.onCompletion(seat::close);
      emitter.onError(_ -> seat.close());
      sendHead(response, seat);
    }
    return emitter;
  }

  /**
   * Events come from threads of their own. Spring Security would add its headers while the first of
   * them is written (https://github.com/spring-projects/spring-security/issues/15510), and breaks
   * Tomcat's response for that.
   */
  private static void sendHead(HttpServletResponse response, Subscription seat) throws IOException {
    response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
    try {
      response.flushBuffer();
    } catch (IOException e) {
      // Nobody else would: Spring never hears of an emitter that is not returned.
      seat.close();
      throw e;
    }
  }

  /** Described with the answer that does not wait. */
  @GetMapping(
      headers = {"Prefer", "If-None-Match"},
      produces = "application/json")
  @Operation(hidden = true)
  Object waitForChange(
      @OwnMigration MigrationSnapshot now,
      @RequestHeader("Prefer") String prefer,
      @RequestHeader("If-None-Match") String ifNoneMatch,
      @AuthenticationPrincipal Caller caller) {
    Optional<Duration> patience = Prefer.waiting(prefer);
    boolean known = ifNoneMatch.contains(now.etag());
    if (patience.isEmpty() || !known || now.migration().state().terminal()) {
      return ResponseEntity.ok().eTag(now.etag()).body(MigrationResponse.of(now, caller.scope()));
    }
    return LongPoll.answer(changes, audience(caller), now, patience.get(), caller.scope());
  }

  @GetMapping(path = "/deliveries", produces = "application/json")
  @Operation(
      operationId = "getMigrationDeliveries",
      summary = "Read what callbackUrl was told",
      description =
          "One delivery for each change of state, oldest first; none without callbackUrl.")
  @ApiResponse(responseCode = "200", description = "All deliveries so far.")
  DeliveryList deliveries(@OwnMigration MigrationSnapshot own) {
    return new DeliveryList(deliveries.of(own.migration().id()));
  }

  private static Audience audience(Caller caller) {
    return new Audience(
        caller.name(), caller.until(), migration -> migration.plan().isIn(caller.scope()));
  }

  /** Deliveries, oldest first. */
  @Schema(name = "Deliveries")
  record DeliveryList(List<Delivery> items) {}
}
