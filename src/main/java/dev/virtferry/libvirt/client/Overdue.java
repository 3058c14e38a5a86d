package dev.virtferry.libvirt.client;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The calls that outlived their limit, by what they ask about. libvirt may keep a domain locked for
 * as long as a file system hangs; the next call about it would only hang beside the first, and take
 * one more place and one more of the daemon's workers.
 *
 * @param <K> what names a domain, or all of them, on its host
 */
final class Overdue<K> {

  private final Map<K, CompletableFuture<?>> calls = new ConcurrentHashMap<>();

  /** Notes a call that has not answered in time, until it ends. */
  void add(K about, CompletableFuture<?> call) {
    calls.put(about, call);
    var _ = call.whenComplete((_, _) -> calls.remove(about, call));
  }

  /** Waits until no such call is left; false when one is. */
  boolean over(K about, Duration atMost) {
    CompletableFuture<?> call = calls.get(about);
    if (call == null) {
      return true;
    }
    try {
      call.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (TimeoutException | ExecutionException e) {
      return call.isDone();
    }
  }
}
