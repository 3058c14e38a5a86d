package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.HostUnreachable;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Opens connections to one host, and gives up those that hang. libvirt's keepalive begins only once
 * a connection is open, so one to a host that loses its power in between would be waited for until
 * this process ends. What was given up goes on in a thread of its own, and is closed if it opens
 * after all.
 *
 * @param <C> what is opened
 */
final class Openings<C> {

  /** Each that hangs costs a thread; so a host that lets nobody in is tried ever more seldom. */
  private static final int MOST_PATIENT = 8;

  private final String host;
  private final Supplier<C> open;
  private final Consumer<C> close;
  private final Duration patience;
  private final AtomicInteger hanging = new AtomicInteger();

  /**
   * Prepares.
   *
   * @param open blocks; may throw {@link HostUnreachable}
   * @param patience for the first one that hangs; the more hang, the longer
   */
  Openings(String host, Supplier<C> open, Consumer<C> close, Duration patience) {
    this.host = host;
    this.open = open;
    this.close = close;
    this.patience = patience;
  }

  /**
   * Opens one.
   *
   * @throws HostUnreachable when that fails, or takes too long
   */
  C next() {
    var opened = new CompletableFuture<C>();
    Thread.ofPlatform().daemon().name("libvirt-open-" + host).start(() -> openInto(opened));
    Duration limit = patience.multipliedBy(Math.min(hanging.get() + 1, MOST_PATIENT));
    try {
      return opened.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw HostCalls.rethrown(e.getCause());
    } catch (TimeoutException e) {
      return givenUp(
          opened,
          String.format(Locale.ROOT, "no connection was opened within %d s", limit.toSeconds()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return givenUp(opened, "interrupted while a connection was opened");
    }
  }

  private void openInto(CompletableFuture<C> opened) {
    try {
      C fresh = open.get();
      if (!opened.complete(fresh)) {
        hanging.decrementAndGet();
        close.accept(fresh);
      }
    } catch (RuntimeException | Error e) {
      if (!opened.completeExceptionally(e)) {
        hanging.decrementAndGet();
      }
    }
  }

  /** It may have opened in the last moment. */
  private C givenUp(CompletableFuture<C> opened, String why) {
    hanging.incrementAndGet();
    if (opened.completeExceptionally(new HostUnreachable(host, why))) {
      throw new HostUnreachable(host, why);
    }
    hanging.decrementAndGet();
    try {
      return opened.join();
    } catch (CompletionException e) {
      throw HostCalls.rethrown(e.getCause());
    }
  }

  /** How many were given up and have not ended yet. */
  int hanging() {
    return hanging.get();
  }
}
