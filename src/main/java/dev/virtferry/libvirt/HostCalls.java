package dev.virtferry.libvirt;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The native calls to one host that are under way: a platform thread, a place and a time limit for
 * each. A native call can't be interrupted: one that outlives its limit goes on in its thread.
 */
final class HostCalls implements AutoCloseable {

  /** The call was made, or one before it, and has not come back. */
  static final class Late extends Exception {

    private static final long serialVersionUID = 1L;
  }

  /** The call was not made: others took all places for as long as the caller could wait. */
  static final class Crowded extends Exception {

    private static final long serialVersionUID = 1L;
  }

  private static final Logger log = LoggerFactory.getLogger(HostCalls.class);

  private static final int SLICES = 8;

  private final String host;
  private final ExecutorService threads;
  private final Map<Lane, Semaphore> places = new EnumMap<>(Lane.class);
  private final Map<Errand, Semaphore> open = new EnumMap<>(Errand.class);

  HostCalls(String host) {
    this.host = host;
    for (Lane lane : Lane.values()) {
      places.put(lane, new Semaphore(lane.places(), true));
    }
    for (Errand errand : Errand.values()) {
      open.put(errand, new Semaphore(errand.open(), true));
    }
    this.threads =
        Executors.newCachedThreadPool(
            Thread.ofPlatform().name("libvirt-" + host + "-", 0).daemon().factory());
  }

  /** Makes a call that hangs only with its host, and waits for it. It keeps its place till then. */
  <T extends @Nullable Object> T make(Lane lane, Supplier<T> call, Duration atMost)
      throws Late, Crowded {
    long begun = System.nanoTime();
    Semaphore place = of(places, lane);
    if (!taken(place, atMost)) {
      throw new Crowded();
    }
    Future<T> answer = submitted(call, place::release);
    return within(answer, atMost.minusNanos(System.nanoTime() - begun));
  }

  /**
   * Makes a call that may hang by itself, alone, and waits for it. Once it is late its place is
   * another's, so that those who hang make nobody else look so; its turn stays its own, and it
   * still counts among what its errand may have open.
   */
  <K, T extends @Nullable Object> T makeAlone(
      Turns<K> turns, K key, Lane lane, Supplier<T> call, Duration atMost) throws Late, Crowded {
    final long begun = System.nanoTime();
    switch (turns.begin(key, lane.errand(), atMost)) {
      case HANGS -> throw new Late();
      case CROWDED -> throw new Crowded();
      case TAKEN -> {}
    }
    Semaphore opened = of(open, lane.errand());
    if (!taken(opened, atMost.minusNanos(System.nanoTime() - begun))) {
      turns.end(key);
      throw new Crowded();
    }
    Semaphore place = of(places, lane);
    if (!taken(place, atMost.minusNanos(System.nanoTime() - begun))) {
      opened.release();
      turns.end(key);
      throw new Crowded();
    }
    var held = new AtomicBoolean(true);
    Runnable givePlaceBack =
        () -> {
          if (held.getAndSet(false)) {
            place.release();
          }
        };
    Future<T> answer =
        submitted(
            call,
            () -> {
              givePlaceBack.run();
              opened.release();
              turns.end(key);
            });
    try {
      return within(answer, atMost);
    } finally {
      givePlaceBack.run();
    }
  }

  private static <K> Semaphore of(Map<K, Semaphore> all, K key) {
    return Objects.requireNonNull(all.get(key));
  }

  private static boolean taken(Semaphore free, Duration atMost) {
    try {
      return free.tryAcquire(Math.max(0, atMost.toNanos()), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Submits.
   *
   * @param ended is run once, when the native call has ended, or will not be made
   */
  private <T extends @Nullable Object> Future<T> submitted(Supplier<T> call, Runnable ended) {
    try {
      return threads.submit(() -> {
        try {
          return call.get();
        } finally {
          ended.run();
        }
      });
    } catch (RejectedExecutionException e) {
      ended.run();
      throw new HostUnreachable(host, "virt-ferry is about to stop");
    }
  }

  /** A process that was stopped for a while uses up one slice of the limit, not all of it. */
  private <T extends @Nullable Object> T within(Future<T> answer, Duration atMost) throws Late {
    try {
      for (int slice = 1; slice <= SLICES; slice++) {
        try {
          return answer.get(atMost.toNanos() / SLICES, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          log.trace("No answer of {} yet", host, e);
        }
      }
      throw new Late();
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostUnreachable(host, "interrupted while waiting for its answer");
    }
  }

  /** What another thread threw, for this one to throw. */
  static RuntimeException rethrown(@Nullable Throwable cause) {
    return switch (cause) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      case null, default -> new IllegalStateException(cause);
    };
  }

  boolean isClosed() {
    return threads.isShutdown();
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
