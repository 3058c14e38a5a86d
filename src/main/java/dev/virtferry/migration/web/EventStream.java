package dev.virtferry.migration.web;

import dev.virtferry.access.Scope;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.notice.Subscriber;
import dev.virtferry.notice.Subscription;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The events of one migration for one client. A slow client holds up nobody: it is written to on a
 * virtual thread of its own, and of what came meanwhile it gets the last.
 */
final class EventStream implements Subscriber {

  private static final Logger log = LoggerFactory.getLogger(EventStream.class);

  private static final Subscription NONE = () -> {};
  private static final Subscription LEFT = () -> {};

  private final SseEmitter emitter;
  private final Scope scope;
  private final AtomicReference<@Nullable MigrationSnapshot> next = new AtomicReference<>();
  private final AtomicBoolean beat = new AtomicBoolean();
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicBoolean writing = new AtomicBoolean();
  private final AtomicReference<Subscription> seat = new AtomicReference<>(NONE);
  private int version;

  EventStream(SseEmitter emitter, Scope scope) {
    this.emitter = emitter;
    this.scope = scope;
  }

  /** Where it sits: it leaves its seat when its client is gone, also before Spring knows of it. */
  void sit(Subscription taken) {
    if (!seat.compareAndSet(NONE, taken)) {
      taken.close();
    }
  }

  @Override
  public void changed(MigrationSnapshot now) {
    next.set(now);
    write();
  }

  @Override
  public void quiet() {
    beat.set(true);
    write();
  }

  @Override
  public void closed() {
    over.set(true);
    write();
  }

  private void write() {
    if (writing.compareAndSet(false, true)) {
      Thread.ofVirtual().name("events").start(this::drain);
    }
  }

  private void drain() {
    try {
      while (pending()) {
        writeOut();
      }
    } catch (IOException | IllegalStateException e) {
      leave(e);
      return;
    }
    writing.set(false);
    if (pending()) {
      write();
    }
  }

  private void leave(Exception why) {
    log.debug("A client of events left: {}", why.toString());
    seat.getAndSet(LEFT).close();
    try {
      emitter.completeWithError(why);
    } catch (IllegalStateException e) {
      log.debug("The web server had ended its request before: {}", e.toString());
    }
  }

  private boolean pending() {
    return next.get() != null || beat.get() || over.get();
  }

  private void writeOut() throws IOException {
    MigrationSnapshot now = next.getAndSet(null);
    if (now != null) {
      beat.set(false);
      emitter.send(event(now));
      if (now.migration().state().terminal()) {
        over.set(true);
      }
    } else if (over.get()) {
      emitter.complete();
      over.set(false);
    } else if (beat.getAndSet(false)) {
      emitter.send(SseEmitter.event().comment("still here"));
    }
  }

  private SseEmitter.SseEventBuilder event(MigrationSnapshot now) {
    Migration migration = now.migration();
    String name = migration.version() == version ? "progress" : "state";
    version = migration.version();
    return SseEmitter.event()
        .id(now.etag())
        .name(name)
        .data(MigrationResponse.of(now, scope), MediaType.APPLICATION_JSON);
  }
}
