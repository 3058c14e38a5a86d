package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.client.Places.Place;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Lets a few calls at a time to each of those that may hang, whoever makes it: into the monitor of
 * a guest, to a pool, about a domain. One that hangs never answers, and each call that waits for it
 * takes one of the daemon's few workers from everybody.
 *
 * @param <K> what names a guest, a pool or a domain on its host
 */
final class Turns<K> {

  /** Somebody's, until the call ends. */
  static final class Turn {

    /** For calls that wait for nobody. */
    static final Turn NOBODYS = new Turn(() -> {});

    private final Runnable atEnd;
    private final AtomicBoolean ended = new AtomicBoolean();

    private Turn(Runnable atEnd) {
      this.atEnd = atEnd;
    }

    /** Ends it, once. */
    void end() {
      if (ended.compareAndSet(false, true)) {
        atEnd.run();
      }
    }
  }

  /** The places of one key, with how many calls have or want one of them. */
  private record Shared(Places places, int callers) {

    Shared with(int more) {
      return new Shared(places, callers + more);
    }
  }

  private final Map<K, Shared> turns = new ConcurrentHashMap<>();
  private final ToIntFunction<K> atATime;

  /** One at a time. */
  Turns() {
    this(_ -> 1);
  }

  Turns(ToIntFunction<K> atATime) {
    this.atATime = atATime;
  }

  /**
   * Waits for a turn. Behind calls that are under way for longer than that already, nobody waits.
   *
   * @return the caller's, to be ended; null when it does not come in time
   */
  @Nullable Turn begin(K key, Duration atMost) {
    Places places = join(key);
    @Nullable Place place = places.take(atMost.minus(places.taken()));
    if (place == null) {
      leave(key);
      return null;
    }
    return new Turn(() -> {
      place.end();
      leave(key);
    });
  }

  /** For how many keys somebody has or wants a turn. */
  int keys() {
    return turns.size();
  }

  private Places join(K key) {
    return turns
        .compute(
            key,
            (_, there) ->
                there == null
                    ? new Shared(new Places(atATime.applyAsInt(key), 0), 1)
                    : there.with(1))
        .places();
  }

  private void leave(K key) {
    turns.computeIfPresent(key, (_, there) -> there.callers() == 1 ? null : there.with(-1));
  }
}
