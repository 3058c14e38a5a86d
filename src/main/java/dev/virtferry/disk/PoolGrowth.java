package dev.virtferry.disk;

import dev.virtferry.libvirt.StoragePool;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** What the copies of one wish will take of the destination's pools. */
final class PoolGrowth {

  private final Ground ground;
  private final Map<String, Long> bytes = new HashMap<>();

  PoolGrowth(Ground ground) {
    this.ground = ground;
  }

  void add(StoragePool pool, long more) {
    bytes.merge(pool.name(), more, Long::sum);
  }

  /** Counts what a pool will have to hold: what is allocated at the source; copies are thin. */
  void requireRoom(StoragePool pool, Obstacles obstacles) {
    PoolView destination = ground.destination();
    long needed = bytes.getOrDefault(pool.name(), 0L);
    long promised = ground.wish().promised().getOrDefault(pool.name(), 0L);
    if (needed > 0 && needed + promised > destination.availableBytes(pool)) {
      String others =
          promised == 0
              ? ""
              : String.format(Locale.ROOT, " and will get %d by other migrations", promised);
      obstacles.add(
          null,
          "#/disks",
          String.format(
              Locale.ROOT,
              "The disks need %d bytes in pool %s on %s, which has %d free%s; make room there.",
              needed,
              pool.name(),
              destination.name(),
              destination.availableBytes(pool),
              others));
    }
  }
}
