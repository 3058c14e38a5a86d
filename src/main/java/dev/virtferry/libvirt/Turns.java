package dev.virtferry.libvirt;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets one call at a time to each of those that may hang, whoever makes it: into the monitor of a
 * guest, or to a pool. One that hangs never answers, and each call that waits for it takes one of
 * the daemon's few workers from everybody.
 *
 * @param <K> what names a guest or a pool on its host
 */
final class Turns<K> {

  private static final class Turn {

    private final Semaphore free = new Semaphore(1, true);
    private volatile long takenAtNanos;
  }

  private final Map<K, Turn> turns = new ConcurrentHashMap<>();

  /**
   * Waits for a turn. Behind a call that is under way for longer than that already, nobody waits.
   *
   * @return whether it is the caller's now; then {@link #end} has to follow
   */
  boolean begin(K key, Duration atMost) {
    Turn turn = turns.computeIfAbsent(key, _ -> new Turn());
    long spent = turn.free.availablePermits() > 0 ? 0 : System.nanoTime() - turn.takenAtNanos;
    try {
      if (!turn.free.tryAcquire(Math.max(0, atMost.toNanos() - spent), TimeUnit.NANOSECONDS)) {
        return false;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    turn.takenAtNanos = System.nanoTime();
    return true;
  }

  void end(K key) {
    turns.computeIfAbsent(key, _ -> new Turn()).free.release();
  }
}
