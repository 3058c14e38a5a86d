package dev.virtferry.migration.web;

import dev.virtferry.access.Scope;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.notice.Audience;
import dev.virtferry.notice.ChangeFeed;
import dev.virtferry.notice.Subscriber;
import dev.virtferry.notice.Subscription;
import java.time.Duration;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.async.DeferredResult;

/** One client that waits for a migration to differ from what it knows; no thread is held. */
final class LongPoll implements Subscriber {

  private final DeferredResult<ResponseEntity<MigrationResponse>> answer;
  private final MigrationSnapshot known;
  private final Duration patience;
  private final String applied;
  private final Scope scope;

  private LongPoll(MigrationSnapshot known, Duration patience, Scope scope) {
    this.answer = new DeferredResult<>(patience.toMillis(), this::unchanged);
    this.known = known;
    this.patience = patience;
    this.scope = scope;
    this.applied = "wait=" + patience.toSeconds();
  }

  /** The answer, as soon as there is news or patience is over. */
  static DeferredResult<ResponseEntity<MigrationResponse>> answer(
      ChangeFeed changes,
      Audience audience,
      MigrationSnapshot known,
      Duration patience,
      Scope scope) {
    var poll = new LongPoll(known, patience, scope);
    Subscription seat = changes.watch(known.migration().id(), audience, known.etag(), poll);
    poll.answer.onCompletion(seat::close);
    return poll.answer;
  }

  private ResponseEntity<MigrationResponse> unchanged() {
    return ResponseEntity.status(HttpStatus.NOT_MODIFIED)
        .eTag(known.etag())
        .header("Preference-Applied", applied)
        .build();
  }

  @Override
  public void changed(MigrationSnapshot now) {
    answer.setResult(
        ResponseEntity.ok()
            .eTag(now.etag())
            .header("Preference-Applied", applied)
            .body(MigrationResponse.of(now, scope)));
  }

  /** The web server's own end of it is a time of the clock, which may be set back. */
  @Override
  public Duration patience() {
    return patience;
  }

  @Override
  public void quiet() {
    // Its answer is its only sign of life.
  }

  @Override
  public void closed() {
    answer.setResult(unchanged());
  }
}
