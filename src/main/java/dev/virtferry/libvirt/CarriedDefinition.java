package dev.virtferry.libvirt;

import java.util.List;
import java.util.Set;

/**
 * What a migration carries of one definition of a domain.
 *
 * @param opened what the domain opens for writing or binds besides its disks, and what it only
 *     reads or connects to, which is marked so; with the images of its disks where it is the
 *     definition for the next start
 * @param chained the targets of the disks of which it says what is beneath their images ({@code
 *     <backingStore>}), so that the destination does not read that from the images
 * @param split the targets of the disks of which it says in which file their images keep their data
 *     ({@code <dataStore>}, since libvirt 10.10)
 * @param disks its disks; their sizes are not in a definition
 * @param needs what it has of its host besides, each once
 */
public record CarriedDefinition(
    List<NamedFile> opened,
    Set<String> chained,
    Set<String> split,
    List<DomainDisk> disks,
    List<Need> needs) {

  /** Of a domain that left. */
  public static final CarriedDefinition NONE =
      new CarriedDefinition(List.of(), Set.of(), Set.of(), List.of(), List.of());

  public CarriedDefinition {
    opened = List.copyOf(opened);
    chained = Set.copyOf(chained);
    split = Set.copyOf(split);
    disks = List.copyOf(disks);
    needs = List.copyOf(needs);
  }
}
