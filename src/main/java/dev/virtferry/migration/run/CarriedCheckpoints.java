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
  private final Set<String> refused = new LinkedHashSet<>();
  private boolean settled;

  CarriedCheckpoints(Passage passage, Finish finish) {
    this.migration = passage.migration();
    this.hosts = passage.hosts();
    this.finish = finish;
  }

  /**
   * Redefines them, parents first; those that another run redefined once more.
   *
   * @return false while the destination is waited for; it is to be tried again
   */
  boolean areSettled() {
    if (settled) {
      return true;
    }
    List<Checkpoint> carried = migration.latest().plan().guest().checkpoints();
    refused.clear();
    carried.stream().filter(this::isSplit).map(Checkpoint::name).forEach(refused::add);
    try {
      carried.stream().filter(checkpoint -> !isToldOf(checkpoint.name())).forEach(this::redefine);
    } catch (HostUnreachable | LibvirtFailure e) {
      if (finish.waitsFor(e)) {
        return false;
      }
      log.warn("The destination does not tell of all checkpoints: {}", e.getMessage());
    }
    if (!carried.isEmpty()) {
      tell(carried);
    }
    settled = true;
    return true;
  }

  private void tell(List<Checkpoint> carried) {
    List<String> untold =
        carried.stream().map(Checkpoint::name).filter(name -> !isToldOf(name)).toList();
    finish.note(
        String.format(
            Locale.ROOT,
            "%d of %d checkpoints were redefined at the destination",
            known.size(),
            carried.size()));
    if (!refused.isEmpty()) {
      finish.note(
          "the destination does not take the checkpoints %s, so the next backup of their disks has"
                  .formatted(String.join(", ", refused))
              + " to be a full one");
    }
    if (!untold.isEmpty()) {
      finish.note(
          "the destination did not tell in time whether it takes the checkpoints %s: where virsh"
                  .formatted(String.join(", ", untold))
              + " checkpoint-list does not show them there, the next backup of their disks has to"
              + " be a full one");
    }
  }

  private boolean isToldOf(String checkpoint) {
    return known.contains(checkpoint) || refused.contains(checkpoint);
  }

  /** Of a copied disk only the bitmap of its uppermost image arrives. */
  private boolean isSplit(Checkpoint checkpoint) {
    return !Collections.disjoint(checkpoint.split(), migration.latest().plan().targets());
  }

  /** Nothing is asked of the next one where nothing is known of this one, its parent perhaps. */
  private void redefine(Checkpoint checkpoint) {
    try {
      hosts.redefineAtDestination(checkpoint);
      known.add(checkpoint.name());
    } catch (LibvirtFailure e) {
      if (Finish.isSilence(e)) {
        throw e;
      }
      refused.add(checkpoint.name());
      log.warn("Checkpoint {} could not be redefined: {}", checkpoint.name(), e.getMessage());
    }
  }

  /** The names of those that the destination knows. */
  Set<String> known() {
    return Set.copyOf(known);
  }
}
