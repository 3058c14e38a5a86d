package dev.virtferry.libvirt;

import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queries to one host: a few platform threads, a time limit for each query, and a connection
 * for each query that runs.
 *
 * <p>No two threads ever use a connection at the same time: libvirt's client library up to 10.2
 * crashes the process when one of them leaves a dying connection on which the other waits
 * (CVE-2024-4418). A native call can't be interrupted: one that outlives its limit goes on in its
 * thread, and its caller is told that the host is unreachable.
 */
final class HostLane implements AutoCloseable {

  /** A native query on a lent connection. */
  @FunctionalInterface
  interface Query<T extends @Nullable Object> {
    T on(LentConnect connect) throws LibvirtException;
  }

  private static final Logger log = LoggerFactory.getLogger(HostLane.class);

  private static final int SLICES = 8;
  private static final int PARALLEL_CALLS = 4;
  private static final int WAITING_CALLS = 200;

  private final HostAddress host;
  private final Duration limit;
  private final ExecutorService threads;
  private final ReentrantLock opening = new ReentrantLock();
  private volatile long openingSinceNanos;
  private final Deque<LentConnect> idle = new ConcurrentLinkedDeque<>();

  /** What was told of the last open, if it failed; guarded by {@link #opening}. */
  private @Nullable String trouble;

  HostLane(HostAddress host, Duration limit) {
    this.host = host;
    this.limit = limit;
    var pool =
        new ThreadPoolExecutor(
            PARALLEL_CALLS,
            PARALLEL_CALLS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING_CALLS),
            Thread.ofPlatform().name("libvirt-" + host.name() + "-", 0).daemon().factory());
    pool.allowCoreThreadTimeOut(true);
    this.threads = pool;
  }

  /**
   * Makes the query and waits for it.
   *
   * @throws HostUnreachable when the host can't be asked, or does not answer within the limit
   * @throws LibvirtFailure when libvirt refuses
   */
  <T extends @Nullable Object> T ask(Query<T> query, Duration atMost) {
    Future<T> answer;
    try {
      answer = threads.submit(() -> answer(query));
    } catch (RejectedExecutionException e) {
      throw new HostUnreachable(host.name(), "too many calls are waiting for it");
    }
    try {
      return within(answer, atMost);
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } catch (InterruptedException e) {
      answer.cancel(false);
      Thread.currentThread().interrupt();
      throw new HostUnreachable(host.name(), "interrupted while waiting for its answer");
    }
  }

  /** A process that was stopped for a while uses up one slice of the limit, not all of it. */
  private <T extends @Nullable Object> T within(Future<T> answer, Duration atMost)
      throws ExecutionException, InterruptedException {
    for (int slice = 0; slice < SLICES; slice++) {
      try {
        return answer.get(atMost.toMillis() / SLICES, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        log.trace("No answer of {} yet", host.name(), e);
      }
    }
    answer.cancel(false);
    throw new HostUnreachable(host.name(), "no answer within %d ms".formatted(atMost.toMillis()));
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
    LentConnect connection = connection();
    try {
      return query.on(connection);
    } catch (LibvirtException e) {
      throw judged(connection, Failures.of(e));
    } catch (LibvirtFailure e) {
      throw judged(connection, e);
    } finally {
      giveBack(connection);
    }
  }

  private RuntimeException judged(LentConnect connection, LibvirtFailure failure) {
    return connection.alive() ? failure : new HostUnreachable(host.name(), failure.message());
  }

  private LentConnect connection() {
    LentConnect usable = idleConnection();
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

  private @Nullable LentConnect idleConnection() {
    while (true) {
      LentConnect found = idle.pollFirst();
      if (found == null || found.alive()) {
        return found;
      }
      LibvirtConnections.close(found);
    }
  }

  private void giveBack(LentConnect connection) {
    if (connection.alive() && !threads.isShutdown()) {
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

  private LentConnect opened() {
    openingSinceNanos = System.nanoTime();
    try {
      LentConnect fresh = LentConnect.to(host);
      if (trouble != null) {
        log.info("Host {} answers again", host.name());
      }
      trouble = null;
      return fresh;
    } catch (HostUnreachable e) {
      String words = String.valueOf(e.getMessage());
      if (!words.equals(trouble)) {
        log.warn("{}", words);
      }
      trouble = words;
      throw e;
    }
  }

  @Override
  public void close() {
    threads.shutdown();
    for (LentConnect last = idle.pollFirst(); last != null; last = idle.pollFirst()) {
      LibvirtConnections.close(last);
    }
  }
}
