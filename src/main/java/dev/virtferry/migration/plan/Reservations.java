package dev.virtferry.migration.plan;

import static java.util.stream.Collectors.toSet;

import dev.virtferry.disk.ImageName;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.Progress.DiskProgress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What migrations that have not ended will still put into the pools of their destination. */
final class Reservations {

  private Reservations() {}

  /**
   * Counts it.
   *
   * @param underWay to one destination
   * @param except the migration that asks; null when it is not among them
   * @return bytes by pool
   */
  static Map<String, Long> bytes(List<MigrationSnapshot> underWay, @Nullable UUID except) {
    Map<String, Long> promised = new HashMap<>();
    for (MigrationSnapshot tracked : underWay) {
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
  static Set<ImageName> images(List<MigrationSnapshot> underWay, UUID except) {
    return underWay.stream()
        .map(MigrationSnapshot::migration)
        .filter(migration -> !migration.plan().guest().uuid().equals(except))
        .flatMap(migration -> migration.plan().images().stream())
        .collect(toSet());
  }

  private static void add(MigrationSnapshot tracked, Map<String, Long> promised) {
    for (VolumePlan plan : tracked.migration().plan().disks()) {
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
            .mapToDouble(Reservations::share)
            .findFirst()
            .orElse(0);
    return Math.round(plan.bytesToCopy() * (1 - done));
  }

  private static double share(DiskProgress disk) {
    return (double) disk.bytesDone() / disk.bytesTotal();
  }
}
