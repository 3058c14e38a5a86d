package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.ErrorDomain;
import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to one host, each lent to one query at a time.
 *
 * <p>No two threads ever use a connection at the same time: libvirt's client library up to 10.2
 * crashes the process when one of them leaves a dying connection on which the other waits
 * (CVE-2024-4418).
 */
final class HostConnectionPool implements AutoCloseable {

  /** A native query on a lent connection. */
  @FunctionalInterface
  interface Query<T extends @Nullable Object> {
    T on(PooledConnect connect) throws LibvirtException;
  }

  private static final Logger log = LoggerFactory.getLogger(HostConnectionPool.class);

  private static final int IDLE_CONNECTIONS = 8;

  private final HostAddress host;
  private final Duration limit;
  private final Runnable onBreak;
  private final ReentrantLock opening = new ReentrantLock();
  private volatile long openingSinceNanos;
  private final IdleConnections<PooledConnect> idle =
      new IdleConnections<>(IDLE_CONNECTIONS, PooledConnect::alive, LibvirtConnections::close);

  /** What was told of the last open, if it failed and nothing was answered since. */
  private volatile @Nullable HostUnreachable trouble;

  HostConnectionPool(HostAddress host, Duration limit, Runnable onBreak) {
    this.host = host;
    this.limit = limit;
    this.onBreak = onBreak;
  }

  /** Why the host could not be reached the last time; null when it could. */
  @Nullable HostUnreachable trouble() {
    return trouble;
  }

  /**
   * Makes the query on this thread, for as long as that takes.
   *
   * @throws HostUnreachable when no connection can be had, or it broke meanwhile
   * @throws LibvirtFailure when libvirt refuses, or its answer can't be read
   */
  <T extends @Nullable Object> T answer(Query<T> query) {
    PooledConnect connection = lend();
    try {
      T answer = query.on(connection);
      trouble = null;
      return answer;
    } catch (LibvirtException e) {
      throw judged(connection, LibvirtErrors.of(e));
    } catch (LibvirtFailure e) {
      throw judged(connection, e);
    } catch (IllegalArgumentException e) {
      throw new LibvirtFailure(
          ErrorNumber.XML_ERROR, ErrorDomain.NONE, String.valueOf(e.getMessage()));
    } finally {
      giveBack(connection);
    }
  }

  /** Takes one that was lent. */
  void giveBack(PooledConnect connection) {
    idle.giveBack(connection);
  }

  private RuntimeException judged(PooledConnect connection, LibvirtFailure failure) {
    if (failure.brokeTheConnection()) {
      connection.broke();
      idle.closeAll();
      onBreak.run();
    }
    return connection.alive() ? failure : new HostUnreachable(host.name(), failure.message());
  }

  /**
   * One for the caller alone, who gives it back.
   *
   * @throws HostUnreachable when none can be had
   */
  PooledConnect lend() {
    PooledConnect usable = idle.take();
    if (usable != null) {
      return usable;
    }
    if (!patientlyLocked()) {
      throw new HostUnreachable(host.name(), "a connection to it is still being opened");
    }
    try {
      usable = idle.take();
      return usable != null ? usable : opened();
    } finally {
      openingSinceNanos = 0;
      opening.unlock();
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
    idle.close();
  }
}
