package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.client.HostConnectionPool.Query;
import dev.virtferry.libvirt.client.Places.Place;
import dev.virtferry.libvirt.client.Turns.Turn;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls to one host that run now: each has a place in its {@link Lane}, a platform thread and a
 * connection.
 */
final class HostCalls implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HostCalls.class);

  private static final int SLICES = 8;

  /** There was no place for the query in time: the host was not asked. */
  static final class NoPlace extends Exception {
    private static final long serialVersionUID = 1L;
  }

  record Call<T extends @Nullable Object>(Place place, CompletableFuture<T> answer) {}

  private final HostAddress host;
  private final HostConnectionPool connections;
  private final NativeLibvirt library;
  private final Sentries sentries = new Sentries(this::sentry, Lane.SENTRIES.places());
  private final ExecutorService threads;
  private final Map<Lane, Places> places = new EnumMap<>(Lane.class);

  HostCalls(HostAddress host, NativeLibvirt library, Duration limit, Runnable onBreak) {
    this.host = host;
    this.library = library;
    this.connections = new HostConnectionPool(host, limit, onBreak);
    for (Lane lane : Lane.values()) {
      places.put(lane, lane.opened());
    }
    this.threads =
        Executors.newCachedThreadPool(
            Thread.ofPlatform().name("libvirt-" + host.name() + "-", 0).daemon().factory());
  }

  /** Why the host could not be reached the last time; null when it could. */
  @Nullable HostUnreachable trouble() {
    return connections.trouble();
  }

  /**
   * Begins a call.
   *
   * @param turn ends with the native call, or at once when that is not made
   * @param stillWorthIt is asked once there is a place for the call
   * @throws NoPlace when there is none in time, or it is not worth it any more
   * @throws HostUnreachable when the service is about to stop
   */
  <T extends @Nullable Object> Call<T> begin(
      Turn turn, Lane lane, Query<T> query, Duration atMost, BooleanSupplier stillWorthIt)
      throws NoPlace {
    return begin(turn, lane, () -> connections.answer(query), atMost, stillWorthIt);
  }

  /**
   * Begins to wait until a domain answers, as {@link Sentries#hear} does.
   *
   * @throws NoPlace when all sentries wait already
   */
  Call<Boolean> hear(String domain, Duration atMost) throws NoPlace {
    return begin(Lane.SENTRIES, () -> sentries.hear(domain), atMost);
  }

  /**
   * Begins to list the domains for sentries, as {@link Sentries#post} does.
   *
   * @throws NoPlace when somebody does already, and does not come to an end
   */
  Call<Boolean> post(String domain, Duration atMost) throws NoPlace {
    return begin(Lane.POSTING, () -> sentries.post(domain), atMost);
  }

  private Call<Boolean> begin(Lane lane, Runnable work, Duration atMost) throws NoPlace {
    Supplier<Boolean> done =
        () -> {
          work.run();
          return true;
        };
    return begin(Turn.NOBODYS, lane, done, atMost, () -> true);
  }

  /** Whether a sentry knows the domain. */
  boolean isKnown(String domain) {
    return sentries.know(domain);
  }

  private DomainSentry sentry() {
    PooledConnect connect = connections.lend();
    try {
      return library.sentry(connect, connections::giveBack);
    } catch (LibvirtFailure e) {
      connections.giveBack(connect);
      throw e;
    }
  }

  private <T extends @Nullable Object> Call<T> begin(
      Turn turn, Lane lane, Supplier<T> work, Duration atMost, BooleanSupplier stillWorthIt)
      throws NoPlace {
    boolean made = false;
    try {
      Place place = place(lane, atMost);
      if (!stillWorthIt.getAsBoolean()) {
        place.end();
        throw new NoPlace();
      }
      Call<T> call = begun(place, work);
      var _ = call.answer().whenComplete((_, _) -> turn.end());
      made = true;
      return call;
    } finally {
      if (!made) {
        turn.end();
      }
    }
  }

  /** Behind guests that hang, and have had all places for that long already, nobody waits. */
  private Place place(Lane lane, Duration atMost) throws NoPlace {
    Places all = Objects.requireNonNull(places.get(lane));
    @Nullable Place place =
        all.take(lane == Lane.READING_GUESTS ? atMost.minus(all.taken()) : atMost);
    if (place == null) {
      throw new NoPlace();
    }
    return place;
  }

  private <T extends @Nullable Object> Call<T> begun(Place place, Supplier<T> work) {
    try {
      return new Call<>(
          place,
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return work.get();
                } finally {
                  place.end();
                }
              },
              threads));
    } catch (RejectedExecutionException e) {
      place.end();
      throw new HostUnreachable(host.name(), "virt-ferry is about to stop");
    } catch (OutOfMemoryError e) {
      // So says the JVM, too, where the process may have no more threads, as it may have later.
      place.end();
      throw e;
    }
  }

  /**
   * Waits for the answer.
   *
   * @throws TimeoutException when there is none in time; the call goes on
   * @throws HostUnreachable when the connection broke
   * @throws LibvirtFailure when libvirt refuses
   */
  <T extends @Nullable Object> T answerOf(Call<T> call, Duration atMost) throws TimeoutException {
    try {
      return within(call.answer(), atMost);
    } catch (TimeoutException e) {
      call.place().hang();
      throw e;
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostUnreachable(host.name(), "interrupted while waiting for its answer");
    }
  }

  /** A process that was stopped for a while uses up one slice of the limit, not all of it. */
  private <T extends @Nullable Object> T within(Future<T> answer, Duration atMost)
      throws ExecutionException, InterruptedException, TimeoutException {
    for (int slice = 1; slice < SLICES; slice++) {
      try {
        return answer.get(atMost.toMillis() / SLICES, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        log.trace("No answer of {} yet", host.name(), e);
      }
    }
    return answer.get(atMost.toMillis() / SLICES, TimeUnit.MILLISECONDS);
  }

  /** What another thread threw, for this one to throw. */
  static RuntimeException rethrown(@Nullable Throwable cause) {
    return switch (cause) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      case null, default -> new IllegalStateException(cause);
    };
  }

  @Override
  public void close() {
    threads.shutdown();
    sentries.close();
    connections.close();
  }
}
