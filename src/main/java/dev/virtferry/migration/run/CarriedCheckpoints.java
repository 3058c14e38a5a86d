package dev.virtferry.migration.run;

import dev.virtferry.libvirt.Checkpoint;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A guest's checkpoints at the destination. Their bitmaps arrive with its disks; that there are any
 * libvirt has to be told there. The source knows its own until the domain is undefined there.
 */
final class CarriedCheckpoints {

  private static final Logger log = LoggerFactory.getLogger(CarriedCheckpoints.class);

  private final LeasedMigration migration;
  private final BothHosts hosts;
  private final Finish finish;
  private final Set<String> known = new LinkedHashSet<>();

  CarriedCheckpoints(Passage passage, Finish finish) {
    this.migration = passage.migration();
    this.hosts = passage.hosts();
    this.finish = finish;
  }

  /**
   * Redefines them, parents first; those that another run redefined once more.
   *
   * @return false when the destination is away; it is to be tried again
   */
  boolean areSettled() {
    List<Checkpoint> carried = migration.latest().plan().guest().checkpoints();
    try {
      carried.stream().filter(this::isWhole).forEach(this::redefine);
    } catch (HostUnreachable e) {
      log.warn("The checkpoints are not redefined yet; trying again: {}", e.getMessage());
      return false;
    }
    List<String> lost =
        carried.stream().map(Checkpoint::name).filter(name -> !known.contains(name)).toList();
    if (!carried.isEmpty()) {
      finish.note(
          String.format(
              Locale.ROOT,
              "%d of %d checkpoints were redefined at the destination",
              known.size(),
              carried.size()));
    }
    if (!lost.isEmpty()) {
      finish.note(
          "the destination does not take the checkpoints %s, so the next backup of their disks has"
                  .formatted(String.join(", ", lost))
              + " to be a full one");
    }
    return true;
  }

  /** Of a copied disk only the bitmap of its uppermost image arrives. */
  private boolean isWhole(Checkpoint checkpoint) {
    return Collections.disjoint(checkpoint.split(), migration.latest().plan().targets());
  }

  private void redefine(Checkpoint checkpoint) {
    try {
      hosts.redefineAtDestination(checkpoint);
      known.add(checkpoint.name());
    } catch (LibvirtFailure e) {
      log.warn("Checkpoint {} could not be redefined: {}", checkpoint.name(), e.getMessage());
    }
  }

  /** The names of those that the destination knows. */
  Set<String> known() {
    return Set.copyOf(known);
  }
}
