package dev.virtferry.migration.plan;

import dev.virtferry.disk.DiskChoice;
import dev.virtferry.disk.Placement;
import dev.virtferry.disk.Selection;
import java.util.List;

/** Which disks of a domain are copied, and where their copies go. */
record PlacedDisks(Selection selected, Placement placement) {

  /** What becomes of each disk, and what is in its way. */
  List<DiskChoice> choices() {
    return selected.choices().stream().map(this::choice).toList();
  }

  private DiskChoice choice(DiskChoice choice) {
    return placement.obstacles().stream()
        .filter(obstacle -> choice.disk().target().equals(obstacle.target()))
        .findFirst()
        .map(obstacle -> choice.blocked(obstacle.problem().detail()))
        .orElse(choice);
  }
}
