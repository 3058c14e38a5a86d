package dev.virtferry.migration.plan;

import static java.util.stream.Collectors.toSet;

import dev.virtferry.disk.ImageName;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.Progress.DiskProgress;
import dev.virtferry.migration.Tracked;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What migrations that have not ended will still put into the pools of their destination. */
final class Promised {

  private Promised() {}

  /**
   * Counts it.
   *
   * @param underWay to one destination
   * @param except the migration that asks; null when it is not among them
   * @return bytes by pool
   */
  static Map<String, Long> bytes(List<Tracked> underWay, @Nullable UUID except) {
    Map<String, Long> promised = new HashMap<>();
    for (Tracked tracked : underWay) {
      if (!tracked.migration().id().equals(except)) {
        add(tracked, promised);
      }
    }
    return promised;
  }

  /**
   * The images that they copy into.
   *
   * @param except the domain that asks; it never has two of them, and its own is not in its way
   */
  static Set<ImageName> images(List<Tracked> underWay, UUID except) {
    return underWay.stream()
        .map(Tracked::migration)
        .filter(migration -> !migration.order().guest().uuid().equals(except))
        .flatMap(migration -> migration.order().images().stream())
        .collect(toSet());
  }

  private static void add(Tracked tracked, Map<String, Long> promised) {
    for (VolumePlan plan : tracked.migration().order().disks()) {
      if (plan.volume() != null && plan.action() == Action.CREATE) {
        promised.merge(plan.volume().pool(), left(plan, tracked.progress()), Long::sum);
      }
    }
  }

  /** Progress counts what the guest sees, holes too; the bytes are taken to be spread evenly. */
  private static long left(VolumePlan plan, Progress progress) {
    double done =
        progress.disks().stream()
            .filter(disk -> disk.target().equals(plan.target()) && disk.bytesTotal() > 0)
            .mapToDouble(Promised::share)
            .findFirst()
            .orElse(0);
    return Math.round(plan.bytesToCopy() * (1 - done));
  }

  private static double share(DiskProgress disk) {
    return (double) disk.bytesDone() / disk.bytesTotal();
  }
}
