package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.client.HostConnectionPool.Query;
import dev.virtferry.libvirt.client.Places.Place;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is asked of one host: for each query a place in its {@link Lane}, a platform thread, a
 * connection and a time limit.
 *
 * <p>A native call can't be interrupted: one that outlives its limit goes on in its thread and
 * keeps its place, and its caller is told that there was no answer.
 */
final class HostQueries implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HostQueries.class);

  /** In the place of a pool's name, which is never empty. */
  static final String ALL_POOLS = "";

  private static final int SLICES = 8;

  /** Enough to hear of a daemon whether it lives. */
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(1);

  /** There was no place for the query in time: the host was not asked. */
  private static final class NoPlace extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private record Call<T extends @Nullable Object>(Place place, CompletableFuture<T> answer) {}

  private final HostAddress host;
  private final HostConnectionPool connections;
  private final ExecutorService threads;
  private final Map<Lane, Places> places = new EnumMap<>(Lane.class);
  private final Turns<UUID> guests = new Turns<>();
  private final Turns<String> pools = new Turns<>();
  private final Overdue<String> overdue = new Overdue<>();

  HostQueries(HostAddress host, Duration limit) {
    this.host = host;
    this.connections = new HostConnectionPool(host, limit);
    for (Lane lane : Lane.values()) {
      places.put(lane, lane.opened());
    }
    this.threads =
        Executors.newCachedThreadPool(
            Thread.ofPlatform().name("libvirt-" + host.name() + "-", 0).daemon().factory());
  }

  /**
   * Makes the query and waits for it. Of a host that could not be reached last time, whoever reads
   * is told so again unless it answers within a second; what was begun goes on and may find it.
   *
   * @throws HostUnreachable when the host can't be asked, or does not answer within the limit
   * @throws LibvirtFailure when libvirt refuses
   */
  <T extends @Nullable Object> T ask(Lane lane, Query<T> query, Duration atMost) {
    return ask(lane, query, atMost, () -> true, _ -> {});
  }

  /**
   * Makes a query about a domain, or about all of them. While an earlier one about the same is
   * overdue, it waits for the end of that one first.
   *
   * @param about the domain's UUID or name, or what stands for all
   * @throws HostUnreachable when the host can't be asked, or does not answer within the limit
   * @throws LibvirtFailure when libvirt refuses
   */
  <T extends @Nullable Object> T askAbout(
      String about, Lane lane, Query<T> query, Duration atMost) {
    long begun = System.nanoTime();
    if (!overdue.over(about, atMost)) {
      throw noAnswer(atMost);
    }
    Duration left = atMost.minusNanos(System.nanoTime() - begun);
    return ask(
        lane,
        query,
        left,
        () -> overdue.over(about, Duration.ZERO),
        call -> overdue.add(about, call));
  }

  /**
   * Asks.
   *
   * @param stillWorthIt is asked once there is a place for the call
   * @param onHang is told of a call that did not answer in time
   */
  private <T extends @Nullable Object> T ask(
      Lane lane,
      Query<T> query,
      Duration atMost,
      BooleanSupplier stillWorthIt,
      Consumer<CompletableFuture<?>> onHang) {
    @Nullable HostUnreachable known = lane == Lane.READING ? connections.trouble() : null;
    Duration patience = known == null ? atMost : SIGN_OF_LIFE;
    long begun = System.nanoTime();
    try {
      Place place = place(lane, patience);
      if (!stillWorthIt.getAsBoolean()) {
        place.end();
        throw noAnswer(atMost);
      }
      Call<T> call = begun(place, query);
      try {
        return answerOf(call, patience.minusNanos(System.nanoTime() - begun));
      } catch (TimeoutException e) {
        onHang.accept(call.answer());
        throw known != null ? known : noAnswer(atMost);
      }
    } catch (NoPlace e) {
      throw known != null
          ? known
          : new HostUnreachable(
              host.name(), "more calls wait for it than it answers; make fewer at a time");
    }
  }

  private HostUnreachable noAnswer(Duration limit) {
    return new HostUnreachable(
        host.name(), String.format(Locale.ROOT, "no answer within %d ms", limit.toMillis()));
  }

  /**
   * Makes a query that waits for the guest's QEMU. It runs alone: while another one does, it waits.
   *
   * @throws HostUnreachable when the host can't be asked
   * @throws LibvirtFailure also when the host answers and the guest's QEMU does not
   */
  <T extends @Nullable Object> T askGuest(Lane lane, UUID guest, Query<T> query, Duration atMost) {
    return askAlone(
        guests,
        guest,
        lane,
        query,
        atMost,
        LibvirtFailure::ofSilentGuest,
        () -> LibvirtFailure.ofSilentGuests(host.name()));
  }

  /**
   * Makes a query that waits for a storage pool, alone as {@link #askGuest}. While one hangs in a
   * pool, libvirt 9.0 has locked it: all that is asked of that pool hangs, and each list of pools.
   *
   * @param pool its name; {@link #ALL_POOLS} for a list
   * @throws HostUnreachable when the host can't be asked
   * @throws LibvirtFailure also when the host answers and the pool does not
   */
  <T extends @Nullable Object> T askPool(String pool, Query<T> query, Duration atMost) {
    return askAlone(
        pools,
        pool,
        Lane.STORAGE,
        query,
        atMost,
        () -> LibvirtFailure.ofSilentPool(pool, host.name()),
        () -> LibvirtFailure.ofSilentPools(host.name()));
  }

  private <K, T extends @Nullable Object> T askAlone(
      Turns<K> turns,
      K key,
      Lane lane,
      Query<T> query,
      Duration atMost,
      Supplier<LibvirtFailure> silence,
      Supplier<LibvirtFailure> silenceOfOthers) {
    LibvirtFailure why = silence.get();
    @Nullable Place turn = turns.begin(key, atMost);
    if (turn != null) {
      try {
        return answeredAlone(turn, lane, query, atMost);
      } catch (TimeoutException e) {
        log.debug("{} on {} does not answer", key, host.name(), e);
      } catch (NoPlace e) {
        why = silenceOfOthers.get();
      }
    }
    ask(Lane.FOLLOWING, Connect::getLibVersion, SIGN_OF_LIFE);
    throw why;
  }

  /** The turn ends with the native call, or at once when that is not made. */
  private <T extends @Nullable Object> T answeredAlone(
      Place turn, Lane lane, Query<T> query, Duration atMost) throws NoPlace, TimeoutException {
    long begun = System.nanoTime();
    Call<T> call;
    try {
      call = begun(place(lane, atMost), query);
    } catch (NoPlace | HostUnreachable e) {
      turn.end();
      throw e;
    }
    var _ = call.answer().whenComplete((_, _) -> turn.end());
    return answerOf(call, atMost.minusNanos(System.nanoTime() - begun));
  }

  private Place place(Lane lane, Duration atMost) throws NoPlace {
    @Nullable Place place = Objects.requireNonNull(places.get(lane)).take(atMost);
    if (place == null) {
      throw new NoPlace();
    }
    return place;
  }

  private <T extends @Nullable Object> Call<T> begun(Place place, Query<T> query) {
    try {
      return new Call<>(
          place,
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return connections.answer(query);
                } finally {
                  place.end();
                }
              },
              threads));
    } catch (RejectedExecutionException e) {
      place.end();
      throw new HostUnreachable(host.name(), "virt-ferry is about to stop");
    }
  }

  private <T extends @Nullable Object> T answerOf(Call<T> call, Duration atMost)
      throws TimeoutException {
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
    connections.close();
  }
}
