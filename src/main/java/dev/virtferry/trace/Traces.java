package dev.virtferry.trace;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Spans of migrations. One trace goes from the request to the end, through every replica that
 * carries the migration; a W3C {@code traceparent} that is kept with it holds them together.
 */
@Component
public final class Traces {

  private static final String TRACEPARENT = "traceparent";

  private final Tracer tracer;
  private final Propagator propagator;

  /** Without a tracer nothing is traced. */
  Traces(ObjectProvider<Tracer> tracer, ObjectProvider<Propagator> propagator) {
    this.tracer = tracer.getIfAvailable(() -> Tracer.NOOP);
    this.propagator = propagator.getIfAvailable(() -> Propagator.NOOP);
  }

  /** Work that gives something, or throws. */
  @FunctionalInterface
  public interface Work<T extends @Nullable Object, E extends Exception> {

    T run() throws E;
  }

  /** A span that is open in this thread until it is closed. */
  public final class Opened implements AutoCloseable {

    private final Span span;
    private final Tracer.SpanInScope scope;

    private Opened(Span span) {
      this.span = span;
      this.scope = tracer.withSpan(span);
    }

    public Opened tag(String key, String value) {
      span.tag(key, value);
      return this;
    }

    @Override
    public void close() {
      scope.close();
      span.end();
    }
  }

  /** The span that is open here, for {@link #open(String, String)}; null outside of any. */
  public @Nullable String here() {
    Span current = tracer.currentSpan();
    if (current == null) {
      return null;
    }
    Map<String, String> headers = new HashMap<>();
    propagator.inject(current.context(), headers, (_, key, value) -> headers.put(key, value));
    return headers.get(TRACEPARENT);
  }

  /**
   * Opens a span below one of another thread or process.
   *
   * @param parent from {@link #here()}; null begins a trace of its own
   */
  public Opened open(String name, @Nullable String parent) {
    return new Opened(below(parent).name(name).start());
  }

  /**
   * Tells of something that is over by now.
   *
   * @param parent as for {@link #open(String, String)}
   */
  public void past(String name, @Nullable String parent, Instant from) {
    below(parent).name(name).startTimestamp(micros(from), TimeUnit.MICROSECONDS).start().end();
  }

  private Span.Builder below(@Nullable String parent) {
    return parent == null
        ? tracer.spanBuilder().setNoParent()
        : propagator.extract(parent, (it, key) -> key.equals(TRACEPARENT) ? it : null);
  }

  private static long micros(Instant at) {
    return TimeUnit.SECONDS.toMicros(at.getEpochSecond())
        + TimeUnit.NANOSECONDS.toMicros(at.getNano());
  }

  /** Does it in a span below the one that is open here; what it throws is told there, too. */
  public <T extends @Nullable Object, E extends Exception> T span(String name, Work<T, E> work)
      throws E {
    Span span = tracer.nextSpan().name(name).start();
    try (var _ = tracer.withSpan(span)) {
      return work.run();
    } catch (Throwable e) {
      span.error(e);
      throw e;
    } finally {
      span.end();
    }
  }

  /** A span below the one that is open here, which ends with that call. */
  public void until(String name, CompletableFuture<?> call) {
    Span span = tracer.nextSpan().name(name).start();
    var _ =
        call.whenComplete((_, failure) -> {
          if (failure != null) {
            span.error(failure);
          }
          span.end();
        });
  }

  /** Something that happened at once, on the span that is open here. */
  public void event(String what) {
    Span current = tracer.currentSpan();
    if (current != null) {
      current.event(what);
    }
  }
}
