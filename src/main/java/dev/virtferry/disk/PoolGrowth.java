package dev.virtferry.disk;

import dev.virtferry.libvirt.StoragePool;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What the copies of one wish will take of the destination's pools. */
final class PoolGrowth {

  private final VolumePlanInput input;
  private final Map<String, Long> least = new HashMap<>();
  private final Map<String, Long> most = new HashMap<>();
  private final List<String> doubts = new ArrayList<>();

  PoolGrowth(VolumePlanInput input) {
    this.input = input;
  }

  /**
   * Counts an image.
   *
   * @param allocated what stands at its place takes already, in bytes
   */
  void add(StoragePool pool, VolumePlan plan, long allocated) {
    long atMost = Objects.requireNonNullElse(plan.bytesToCopyAtMost(), plan.bytesToCopy());
    least.merge(pool.name(), Math.max(0, plan.bytesToCopy() - allocated), Long::sum);
    most.merge(pool.name(), Math.max(0, atMost - allocated), Long::sum);
  }

  /** Counts what a pool will have to hold: what is allocated at the source; copies are thin. */
  void requireRoom(StoragePool pool, Obstacles obstacles) {
    long needed = least.getOrDefault(pool.name(), 0L);
    long perhaps = most.getOrDefault(pool.name(), 0L);
    if (perhaps == 0) {
      return;
    }
    long promised = input.wish().promised().getOrDefault(pool.name(), 0L);
    long free = input.destination().availableBytes(pool);
    String room = room(pool, free, promised);
    if (needed > 0 && needed + promised > free) {
      obstacles.add(
          null,
          "#/disks",
          String.format(Locale.ROOT, "The disks need %d bytes %s; make room there.", needed, room));
    } else if (perhaps + promised > free) {
      doubts.add(
          String.format(
              Locale.ROOT,
              "The disks may need up to %d bytes %s; it may become full.",
              perhaps,
              room));
    }
  }

  private String room(StoragePool pool, long free, long promised) {
    String others =
        promised == 0
            ? ""
            : String.format(Locale.ROOT, " and will get %d by other migrations", promised);
    return String.format(
        Locale.ROOT,
        "in pool %s on %s, which has %d free%s",
        pool.name(),
        input.destination().name(),
        free,
        others);
  }

  /** Of which pools it can't be told whether they have room enough, a sentence each. */
  List<String> doubts() {
    return doubts;
  }
}
