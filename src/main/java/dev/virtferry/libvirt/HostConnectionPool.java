package dev.virtferry.libvirt;

import java.time.Duration;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to one host: for each query one of them, a platform thread, and a time limit.
 *
 * <p>No two threads ever use a connection at the same time: libvirt's client library up to 10.2
 * crashes the process when one of them leaves a dying connection on which the other waits
 * (CVE-2024-4418). A native call can't be interrupted: one that outlives its limit goes on in its
 * thread and keeps its place in its lane, and its caller is told that there was no answer.
 */
final class HostConnectionPool implements AutoCloseable {

  /** A native query on a lent connection. */
  @FunctionalInterface
  interface Query<T extends @Nullable Object> {
    T on(PooledConnect connect) throws LibvirtException;
  }

  private static final Logger log = LoggerFactory.getLogger(HostConnectionPool.class);

  /** In the place of a pool's name, which is never empty. */
  static final String ALL_POOLS = "";

  private static final int SLICES = 8;
  private static final int IDLE_CONNECTIONS = 8;

  /** Enough to hear of a daemon whether it lives. */
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(1);

  private final HostAddress host;
  private final Duration limit;
  private final ExecutorService threads;
  private final Map<Lane, Semaphore> places = new EnumMap<>(Lane.class);
  private final Turns<UUID> guests = new Turns<>();
  private final Turns<String> pools = new Turns<>();
  private final ReentrantLock opening = new ReentrantLock();
  private volatile long openingSinceNanos;
  private final Deque<PooledConnect> idle = new ConcurrentLinkedDeque<>();

  /** What was told of the last open, if it failed; written under {@link #opening}. */
  private volatile @Nullable HostUnreachable trouble;

  HostConnectionPool(HostAddress host, Duration limit) {
    this.host = host;
    this.limit = limit;
    for (Lane lane : Lane.values()) {
      places.put(lane, new Semaphore(lane.places(), true));
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
    @Nullable HostUnreachable known = lane == Lane.READING ? trouble : null;
    Duration patience = known == null ? atMost : SIGN_OF_LIFE;
    try {
      return answered(lane, query, patience, () -> {});
    } catch (TimeoutException e) {
      throw known != null
          ? known
          : new HostUnreachable(
              host.name(), String.format(Locale.ROOT, "no answer within %d ms", atMost.toMillis()));
    }
  }

  /**
   * Makes a query that waits for the guest's QEMU. It runs alone: while another one does, it waits.
   *
   * @throws HostUnreachable when the host can't be asked
   * @throws LibvirtFailure also when the host answers and the guest's QEMU does not
   */
  <T extends @Nullable Object> T askGuest(Lane lane, UUID guest, Query<T> query, Duration atMost) {
    return askAlone(guests, guest, lane, query, atMost, LibvirtFailure::ofSilentGuest);
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
        () -> LibvirtFailure.ofSilentPool(pool, host.name()));
  }

  private <K, T extends @Nullable Object> T askAlone(
      Turns<K> turns,
      K key,
      Lane lane,
      Query<T> query,
      Duration atMost,
      Supplier<LibvirtFailure> silence) {
    if (turns.begin(key, atMost)) {
      try {
        return answered(lane, query, atMost, () -> turns.end(key));
      } catch (TimeoutException e) {
        log.debug("{} on {} does not answer", key, host.name(), e);
      }
    }
    ask(Lane.FOLLOWING, Connect::getLibVersion, SIGN_OF_LIFE);
    throw silence.get();
  }

  /**
   * Asks.
   *
   * @param ended is run once, when the native call has ended, or will not be made
   */
  private <T extends @Nullable Object> T answered(
      Lane lane, Query<T> query, Duration atMost, Runnable ended) throws TimeoutException {
    long begun = System.nanoTime();
    Future<T> answer = begun(Objects.requireNonNull(places.get(lane)), query, atMost, ended);
    try {
      return within(answer, atMost.minusNanos(System.nanoTime() - begun));
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostUnreachable(host.name(), "interrupted while waiting for its answer");
    }
  }

  private <T extends @Nullable Object> Future<T> begun(
      Semaphore free, Query<T> query, Duration atMost, Runnable ended) throws TimeoutException {
    if (!taken(free, atMost)) {
      ended.run();
      throw new TimeoutException("Too many calls are waiting for " + host.name());
    }
    Runnable done =
        () -> {
          free.release();
          ended.run();
        };
    try {
      return threads.submit(() -> {
        try {
          return answer(query);
        } finally {
          done.run();
        }
      });
    } catch (RejectedExecutionException e) {
      done.run();
      throw new HostUnreachable(host.name(), "virt-ferry is about to stop");
    }
  }

  private static boolean taken(Semaphore free, Duration atMost) {
    try {
      return free.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
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

  private <T extends @Nullable Object> T answer(Query<T> query) {
    PooledConnect connection = connection();
    try {
      return query.on(connection);
    } catch (LibvirtException e) {
      throw judged(connection, LibvirtErrors.of(e));
    } catch (LibvirtFailure e) {
      throw judged(connection, e);
    } finally {
      giveBack(connection);
    }
  }

  private RuntimeException judged(PooledConnect connection, LibvirtFailure failure) {
    return connection.alive() ? failure : new HostUnreachable(host.name(), failure.message());
  }

  private PooledConnect connection() {
    PooledConnect usable = idleConnection();
    if (usable != null) {
      return usable;
    }
    if (!patientlyLocked()) {
      throw new HostUnreachable(host.name(), "a connection to it is still being opened");
    }
    try {
      usable = idleConnection();
      return usable != null ? usable : opened();
    } finally {
      openingSinceNanos = 0;
      opening.unlock();
    }
  }

  private @Nullable PooledConnect idleConnection() {
    while (true) {
      PooledConnect found = idle.pollFirst();
      if (found == null || found.alive()) {
        return found;
      }
      LibvirtConnections.close(found);
    }
  }

  private void giveBack(PooledConnect connection) {
    if (connection.alive() && !threads.isShutdown() && idle.size() < IDLE_CONNECTIONS) {
      idle.addFirst(connection);
    } else {
      LibvirtConnections.close(connection);
    }
  }

  /**
   * Waits no longer than the pending open may take; behind one that hangs, callers fail at once.
   */
  private boolean patientlyLocked() {
    long since = openingSinceNanos;
    long spent = since == 0 ? 0 : System.nanoTime() - since;
    try {
      return opening.tryLock(Math.max(0, limit.toNanos() - spent), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private PooledConnect opened() {
    openingSinceNanos = System.nanoTime();
    try {
      PooledConnect fresh = PooledConnect.to(host);
      if (trouble != null) {
        log.info("Host {} answers again", host.name());
      }
      trouble = null;
      return fresh;
    } catch (HostUnreachable e) {
      @Nullable HostUnreachable before = trouble;
      if (before == null || !Objects.equals(before.getMessage(), e.getMessage())) {
        log.warn("{}", e.getMessage());
      }
      trouble = e;
      throw e;
    }
  }

  @Override
  public void close() {
    threads.shutdown();
    for (PooledConnect last = idle.pollFirst(); last != null; last = idle.pollFirst()) {
      LibvirtConnections.close(last);
    }
  }
}
