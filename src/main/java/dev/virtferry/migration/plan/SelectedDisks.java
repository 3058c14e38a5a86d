package dev.virtferry.migration.plan;

import static java.util.stream.Collectors.toSet;

import dev.virtferry.disk.Selection;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.StoragePool;
import java.util.List;
import java.util.Set;

/**
 * Which disks of a domain are to be copied.
 *
 * @param pools of the source, by which it was decided
 */
record SelectedDisks(Selection selection, List<StoragePool> pools) {

  /** Which files are looked at as disks. */
  SeenAsDisks seen(PlanInput input) {
    Set<String> flat =
        switch (input.mode()) {
          case FULL -> selection.chosen().stream().map(DomainDisk::target).collect(toSet());
          case INCREMENTAL -> Set.of();
        };
    return new SeenAsDisks(input.domain().disks(), input.spec().volumes().keySet(), flat);
  }
}
