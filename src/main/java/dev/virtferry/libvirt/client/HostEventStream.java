package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.DomainEvent;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.Watch;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The news of one host's domains: one connection and one thread, both only while somebody listens.
 *
 * <p>The connection carries events and is asked for nothing, so that no two threads ever use it. An
 * open may hang: that holds up nobody but the line. A connection that died, or could not be had, is
 * opened again, ever more patiently.
 */
final class HostEventStream implements AutoCloseable {

  /** Opens a connection that tells a listener all news of the host's domains. */
  @FunctionalInterface
  interface Dialler {

    /**
     * Opens it.
     *
     * @throws HostUnreachable when the host can't be reached
     * @throws LibvirtFailure when libvirt refuses to tell
     */
    Connection open(HostAddress host, BiConsumer<UUID, DomainEvent> listener);
  }

  /** A connection that carries events. */
  interface Connection extends AutoCloseable {

    /** Whether it is believed to carry events still; asks nobody. */
    boolean alive();

    @Override
    void close();
  }

  /**
   * How patient a line is.
   *
   * @param look between two looks at whether the connection is alive
   * @param shortest before the first attempt to open it again; doubled from one to the next
   * @param longest between two attempts
   */
  record Patience(Duration look, Duration shortest, Duration longest) {

    static final Patience USUAL =
        new Patience(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(30));
  }

  private static final class Listener {

    private final UUID domain;
    private final Consumer<DomainEvent> onNews;

    Listener(UUID domain, Consumer<DomainEvent> onNews) {
      this.domain = domain;
      this.onNews = onNews;
    }
  }

  private static final Logger log = LoggerFactory.getLogger(HostEventStream.class);

  private final HostAddress host;
  private final Dialler dialler;
  private final Patience patience;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition deserted = lock.newCondition();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private @Nullable Thread thread;

  /** Whether a connection is open; guarded by {@link #lock}. */
  private boolean listening;

  /** Whether the host's connections were seen to break since this one was opened. */
  private volatile boolean doubtful;

  HostEventStream(HostAddress host, Dialler dialler, Patience patience) {
    this.host = host;
    this.dialler = dialler;
    this.patience = patience;
  }

  /** Tells the domain's news from soon on; returns at once, on whatever state the host is. */
  Watch watch(UUID domain, Consumer<DomainEvent> onNews) {
    var listener = new Listener(domain, onNews);
    boolean heardAlready;
    lock.lock();
    try {
      listeners.add(listener);
      heardAlready = listening;
      if (thread == null) {
        thread = Thread.ofPlatform().name("events-" + host.name()).daemon().start(this::listen);
      }
    } finally {
      lock.unlock();
    }
    if (heardAlready) {
      onNews.accept(DomainEvent.LISTENING);
    }
    return () -> leave(listener);
  }

  /** Other connections to the host broke: opens this one again, whatever libvirt believes of it. */
  void doubt() {
    doubtful = true;
  }

  private void leave(Listener listener) {
    lock.lock();
    try {
      listeners.remove(listener);
      signalWhenDeserted();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      listeners.clear();
      signalWhenDeserted();
    } finally {
      lock.unlock();
    }
  }

  private void signalWhenDeserted() {
    if (listeners.isEmpty()) {
      deserted.signalAll();
    }
  }

  private void listen() {
    Duration pause = patience.shortest();
    boolean told = false;
    while (wanted()) {
      doubtful = false;
      try (Connection connection = dialler.open(host, this::tell)) {
        log.debug("Hearing the events of {}", host.name());
        pause = patience.shortest();
        told = false;
        opened().forEach(listener -> listener.onNews.accept(DomainEvent.LISTENING));
        while (connection.alive() && !doubtful && stayed(patience.look())) {
          log.trace("Still hearing the events of {}", host.name());
        }
      } catch (RuntimeException e) {
        if (!told) {
          log.warn("No events of {}, so it is only polled: {}", host.name(), e.getMessage());
        }
        told = true;
      } finally {
        closed();
      }
      if (stayed(pause)) {
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(patience.longest()) < 0 ? doubled : patience.longest();
      }
    }
  }

  /** Those who came before the connection was open; who comes later is told at once. */
  private List<Listener> opened() {
    lock.lock();
    try {
      listening = true;
      return List.copyOf(listeners);
    } finally {
      lock.unlock();
    }
  }

  private void closed() {
    lock.lock();
    try {
      listening = false;
    } finally {
      lock.unlock();
    }
  }

  /** Whether anybody listens; when nobody does, the thread is over and the next one starts anew. */
  private boolean wanted() {
    lock.lock();
    try {
      if (listeners.isEmpty()) {
        thread = null;
        return false;
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits that long, or until nobody listens any more; whether somebody does. */
  private boolean stayed(Duration length) {
    lock.lock();
    try {
      long left = length.toNanos();
      while (left > 0 && !listeners.isEmpty()) {
        left = deserted.awaitNanos(left);
      }
      return !listeners.isEmpty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      listeners.clear();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void tell(UUID domain, DomainEvent news) {
    for (Listener listener : listeners) {
      if (listener.domain.equals(domain)) {
        listener.onNews.accept(news);
      }
    }
  }
}
