package dev.virtferry.libvirt;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets one call at a time into the monitor of each guest of a host, whoever makes it. A QEMU that
 * hangs never answers, and each call that waits for it takes one of the daemon's few workers from
 * everybody.
 */
final class GuestTurns {

  private static final class Turn {

    private final Semaphore free = new Semaphore(1, true);
    private volatile long takenAtNanos;
  }

  private final Map<UUID, Turn> turns = new ConcurrentHashMap<>();

  /**
   * Waits for the guest's turn. Behind a call that is under way for longer than that already,
   * nobody waits.
   *
   * @return whether it is the caller's now; then {@link #end} has to follow
   */
  boolean begin(UUID guest, Duration atMost) {
    Turn turn = turns.computeIfAbsent(guest, _ -> new Turn());
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

  void end(UUID guest) {
    turns.computeIfAbsent(guest, _ -> new Turn()).free.release();
  }
}
