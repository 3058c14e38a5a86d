package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.Asker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How many calls may run at a time, and whose is next: each {@link Asker} in turn, and a migration
 * before all others, but for every second place that others wait for. A call that hangs can leave
 * its place to the next one while there is a place in reserve.
 */
final class Places {

  /** Somebody's, until the call ends. */
  final class Place {

    private boolean hangs;
    private boolean ended;

    /** The call does not answer: from now on it takes a place in reserve, if there is one. */
    void hang() {
      synchronized (Places.this) {
        if (reserve > 0 && !hangs && !ended) {
          hangs = true;
          reserve--;
          giveBack();
        }
      }
    }

    /** Gives it back, once. */
    void end() {
      synchronized (Places.this) {
        if (ended) {
          return;
        }
        ended = true;
        if (hangs) {
          reserve++;
        } else {
          giveBack();
        }
      }
    }
  }

  /** By who waits; the first of them is next. */
  private final Map<Asker, Queue<CountDownLatch>> waiting = new LinkedHashMap<>();

  private int free;
  private int reserve;
  private boolean migrationWasLast;
  private long takenAtNanos;

  Places(int places, int reserve) {
    this.free = places;
    this.reserve = reserve;
  }

  /** Waits for a place; null when there is none in time. */
  @Nullable Place take(Duration atMost) {
    Asker asker = Asker.present();
    var turn = new CountDownLatch(1);
    synchronized (this) {
      if (free > 0) {
        free--;
        takenAtNanos = System.nanoTime();
        return new Place();
      }
      waiting.computeIfAbsent(asker, _ -> new ArrayDeque<>()).add(turn);
    }
    try {
      if (turn.await(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
        return new Place();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return leaves(asker, turn) ? null : new Place();
  }

  /** For how long all places have been taken; zero while one is free. */
  synchronized Duration taken() {
    return free > 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - takenAtNanos);
  }

  /** Whether it gives up; not so when its turn comes in the same moment. */
  private synchronized boolean leaves(Asker asker, CountDownLatch turn) {
    if (turn.getCount() == 0) {
      return false;
    }
    waiting.computeIfPresent(
        asker,
        (_, turns) -> {
          turns.remove(turn);
          return turns.isEmpty() ? null : turns;
        });
    return true;
  }

  private void giveBack() {
    if (waiting.isEmpty()) {
      free++;
    } else {
      takenAtNanos = System.nanoTime();
      next().countDown();
    }
  }

  private Asker first() {
    if (waiting.containsKey(Asker.MIGRATION) && !migrationWasLast) {
      return Asker.MIGRATION;
    }
    return waiting.keySet().stream()
        .filter(asker -> !asker.equals(Asker.MIGRATION))
        .findFirst()
        .orElse(Asker.MIGRATION);
  }

  private CountDownLatch next() {
    Asker first = first();
    migrationWasLast = first.equals(Asker.MIGRATION);
    Queue<CountDownLatch> turns = Objects.requireNonNull(waiting.remove(first));
    CountDownLatch turn = turns.remove();
    if (!turns.isEmpty()) {
      waiting.put(first, turns);
    }
    return turn;
  }
}
