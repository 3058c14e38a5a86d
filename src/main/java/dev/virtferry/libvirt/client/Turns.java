package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.client.Places.Place;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Lets one call at a time to each of those that may hang, whoever makes it: into the monitor of a
 * guest, or to a pool. One that hangs never answers, and each call that waits for it takes one of
 * the daemon's few workers from everybody.
 *
 * @param <K> what names a guest or a pool on its host
 */
final class Turns<K> {

  private final Map<K, Places> turns = new ConcurrentHashMap<>();

  /**
   * Waits for a turn. Behind a call that is under way for longer than that already, nobody waits.
   *
   * @return the caller's, to be ended; null when it does not come in time
   */
  @Nullable Place begin(K key, Duration atMost) {
    Places only = turns.computeIfAbsent(key, _ -> new Places(1, 0));
    return only.take(atMost.minus(only.taken()));
  }
}
