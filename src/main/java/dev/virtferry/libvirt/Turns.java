package dev.virtferry.libvirt;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets one call at a time to each of those that may hang, whoever makes it: to a domain, into the
 * monitor of a guest, or to a pool. One that hangs never answers, and each call that waits for it
 * takes one of the daemon's few workers from everybody.
 *
 * @param <K> what names a domain or a pool on its host
 */
final class Turns<K> {

  /** What became of the wish for a turn. */
  enum Chance {
    /** It is the caller's now; {@link Turns#end} has to follow. */
    TAKEN,
    /** Others were asking all the time, and were answered. */
    CROWDED,
    /** One call has been under way for all of the caller's time, and its own. */
    HANGS
  }

  private static final class Turn {

    private final Semaphore free = new Semaphore(1, true);

    /** Of those who read one waits for the turn itself, so that a migration overtakes the rest. */
    private final Semaphore reader = new Semaphore(1, true);

    /** 0 while it is free. */
    private volatile long takenAtNanos;

    /** How long the one who has it waits for an answer. */
    private volatile Duration limit = Duration.ZERO;

    /** Guarded by the map. */
    private int users;

    private boolean hangs(Duration atLeast) {
      Duration held = held();
      return held.compareTo(atLeast) >= 0 && held.compareTo(limit) >= 0;
    }

    private Duration held() {
      long since = takenAtNanos;
      return Duration.ofNanos(since == 0 ? 0 : System.nanoTime() - since);
    }
  }

  private final Map<K, Turn> turns = new ConcurrentHashMap<>();

  /**
   * Waits for a turn. Behind a call that is under way for longer than that already, nobody waits.
   */
  Chance begin(K key, Errand errand, Duration atMost) {
    Turn turn = turns.compute(key, (_, found) -> entered(found));
    if (taken(turn, errand, atMost)) {
      turn.limit = atMost;
      turn.takenAtNanos = System.nanoTime() | 1;
      return Chance.TAKEN;
    }
    boolean hangs = turn.hangs(atMost);
    leave(key);
    return hangs ? Chance.HANGS : Chance.CROWDED;
  }

  private static boolean taken(Turn turn, Errand errand, Duration atMost) {
    long deadline = System.nanoTime() + atMost.minus(turn.held()).toNanos();
    try {
      if (errand != Errand.READING) {
        return within(turn.free, deadline);
      }
      if (!within(turn.reader, deadline)) {
        return false;
      }
      try {
        return within(turn.free, deadline);
      } finally {
        turn.reader.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean within(Semaphore free, long deadline) throws InterruptedException {
    return free.tryAcquire(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
  }

  /** Whether a call is under way for that long already. */
  boolean hangs(K key, Duration atLeast) {
    Turn turn = turns.get(key);
    return turn != null && turn.hangs(atLeast);
  }

  void end(K key) {
    turns.computeIfPresent(
        key,
        (_, turn) -> {
          turn.takenAtNanos = 0;
          turn.free.release();
          return left(turn);
        });
  }

  private void leave(K key) {
    turns.computeIfPresent(key, (_, turn) -> left(turn));
  }

  private static Turn entered(@Nullable Turn found) {
    Turn turn = found == null ? new Turn() : found;
    turn.users++;
    return turn;
  }

  /** Nobody who makes names up fills the map. */
  private static @Nullable Turn left(Turn turn) {
    turn.users--;
    return turn.users == 0 ? null : turn;
  }

  /** How many are named by a call under way. */
  int size() {
    return turns.size();
  }
}
