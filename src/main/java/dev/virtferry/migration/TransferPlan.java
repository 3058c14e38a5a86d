package dev.virtferry.migration;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import dev.virtferry.access.Scope;
import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.ImageName;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.libvirt.Checkpoint;
import dev.virtferry.libvirt.Definition;
import dev.virtferry.libvirt.Relocation;
import dev.virtferry.migration.options.SourceVolumes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a look at two live hosts makes of a {@link MigrationSpec}: which guest goes, and where its
 * images go. Planned when a migration is accepted, and again right before the call.
 *
 * @param source name of the host that runs the domain
 * @param destination name of the host that it goes to
 * @param destUri the inventory's string for the destination: what libvirt is given
 * @param disks those to copy and where they go, in the order sent to libvirt; empty for none
 * @param copy how; null when no disk is copied
 * @param unmapping the disks of which zeroes are not written
 * @param renamed files besides disks that have another path at the destination, because the domain
 *     has another name there; by their path at the source
 * @param identities of both hosts; null where they are one, and in what an older version wrote
 */
public record TransferPlan(
    Guest guest,
    String source,
    String destination,
    String destUri,
    List<VolumePlan> disks,
    @Nullable CopyMode copy,
    List<String> unmapping,
    Map<String, String> renamed,
    @Nullable HostIdentities identities) {

  public TransferPlan {
    disks = List.copyOf(disks);
    unmapping = List.copyOf(unmapping);
    renamed = Map.copyOf(renamed);
  }

  /** The same with what libvirt knows of the guest's checkpoints, parents first. */
  public TransferPlan carrying(List<Checkpoint> known) {
    return new TransferPlan(
        guest.carrying(known),
        source,
        destination,
        destUri,
        disks,
        copy,
        unmapping,
        renamed,
        identities);
  }

  /**
   * What carrying this out would do beyond a plan of the same migration that was accepted, as a
   * sentence; empty when it does that or less.
   *
   * @param originals what is to become of the images at the source
   */
  public Optional<String> beyond(TransferPlan accepted, SourceVolumes originals) {
    if (copy != null && copy != accepted.copy) {
      return Optional.of("Disks would be copied %s, which was not so.".formatted(copy));
    }
    Map<String, VolumePlan> then =
        accepted.disks.stream().collect(toMap(VolumePlan::target, plan -> plan));
    return disks.stream()
        .flatMap(now -> beyond(now, then.get(now.target()), originals).stream())
        .findFirst();
  }

  private static Optional<String> beyond(
      VolumePlan now, @Nullable VolumePlan accepted, SourceVolumes originals) {
    if (accepted == null) {
      return Optional.of("%s would be copied, which was not so.".formatted(now.target()));
    }
    Original original = now.original();
    return originals == SourceVolumes.DELETE
            && original != null
            && !original.isWhere(accepted.original())
        ? Optional.of(
            "The image of %s that would be deleted at the source, %s, is another than it was."
                .formatted(now.target(), original.path()))
        : now.beyond(accepted);
  }

  public List<String> targets() {
    return disks.stream().map(VolumePlan::target).toList();
  }

  /** What the disks' streams carry at most, in bytes; null where that is not known of each. */
  public @Nullable Long bytesToCopyAtMost() {
    return disks.stream().anyMatch(plan -> plan.bytesToCopyAtMost() == null)
        ? null
        : disks.stream().mapToLong(plan -> Objects.requireNonNull(plan.bytesToCopyAtMost())).sum();
  }

  /** Every name of an image at the destination that is copied into. */
  public Set<ImageName> images() {
    return disks.stream().flatMap(plan -> images(plan).stream()).collect(toSet());
  }

  /** The path of each of these names by its {@link ImageName#key}, in the order of the keys. */
  public SortedMap<String, String> imagePaths() {
    var paths = new TreeMap<String, String>();
    images().forEach(image -> paths.put(image.key(), image.path()));
    return paths;
  }

  private List<ImageName> images(VolumePlan plan) {
    return plan.names().isEmpty() ? List.of(new ImageName(destination, plan.path())) : plan.names();
  }

  /** What the destination's definitions say of the domain's files that is something else. */
  public Relocation moves(Definition which) {
    return new Relocation(
        disks.stream()
            .filter(VolumePlan::definedAnew)
            .collect(toMap(VolumePlan::target, plan -> plan.defined(which))),
        renamed);
  }

  /** The images at the destination that no pool lets virt-ferry look at, by path. */
  public List<String> unseen() {
    return disks.stream()
        .filter(plan -> plan.action() == VolumePlan.Action.EXPECT)
        .map(VolumePlan::path)
        .toList();
  }

  /** The phase that libvirt's job begins with. */
  Phase firstPhase() {
    return disks.isEmpty() ? Phase.MEMORY : Phase.STORAGE;
  }

  /** Whether a caller with that scope sees it. */
  public boolean isIn(Scope scope) {
    return scope.hasMigration(guest.name(), source, destination);
  }
}
