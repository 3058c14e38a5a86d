package dev.virtferry.migration;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import dev.virtferry.access.Scope;
import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.ImageName;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.disk.VolumeWish;
import dev.virtferry.libvirt.Definition;
import dev.virtferry.libvirt.DomainRun;
import dev.virtferry.libvirt.Relocation;
import dev.virtferry.migration.options.MigrationOptions;
import dev.virtferry.migration.options.OptionsPatch;
import dev.virtferry.migration.options.SourceVolumes;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A submission after it was checked against the live domain; checked again right before the call.
 *
 * @param source name of the host that runs the domain
 * @param destination name of the host that it goes to
 * @param destUri the inventory's string for the destination: what libvirt is given
 * @param disks those to copy and where they go, as it was planned when the migration was accepted,
 *     in the order sent to libvirt; empty for none
 * @param volumes where disks go that do not keep their place, as the caller named it
 * @param unmapping the disks of which zeroes are not written
 * @param renamed files besides disks that have another path at the destination, because the domain
 *     has another name there; by their path at the source
 * @param callbackUrl who is told of each change of state; null for nobody
 * @param copy how; null when no disk is copied
 */
public record Order(
    Guest guest,
    String source,
    String destination,
    String destUri,
    List<VolumePlan> disks,
    @Nullable CopyMode copy,
    Map<String, VolumeWish> volumes,
    List<String> unmapping,
    MigrationOptions options,
    int priority,
    @Nullable URI callbackUrl,
    Map<String, String> renamed) {

  /**
   * The domain as it was when the migration was accepted.
   *
   * @param id the number of its run at the source ({@code virDomainGetID}); null in what an older
   *     version wrote
   * @param cpuMillis the processor time that this run had used by then; 0 in what an older version
   *     wrote
   * @param memoryBytes what the guest has
   * @param persistent whether the source keeps a definition of it
   * @param autostart whether the source starts it by itself
   * @param paused whether its owner had paused it
   */
  public record Guest(
      String name,
      UUID uuid,
      @Nullable Integer id,
      long cpuMillis,
      long memoryBytes,
      boolean persistent,
      boolean autostart,
      boolean paused) {

    /** Its run at the source; null where it is not known. */
    public @Nullable DomainRun run() {
      return id == null ? null : new DomainRun(id, cpuMillis);
    }
  }

  public Order {
    disks = List.copyOf(disks);
    volumes = Map.copyOf(volumes);
    unmapping = List.copyOf(unmapping);
    // What an older version wrote lacks it.
    renamed = Map.copyOf(Objects.requireNonNullElse(renamed, Map.of()));
  }

  Order retuned(OptionsPatch wish) {
    return new Order(
        guest,
        source,
        destination,
        destUri,
        disks,
        copy,
        volumes,
        unmapping,
        options.retuned(wish),
        priority,
        callbackUrl,
        renamed);
  }

  /**
   * What carrying this out would do beyond an order of the same migration that was accepted, as a
   * sentence; empty when it does that or less.
   */
  public Optional<String> beyond(Order accepted) {
    if (copy != null && copy != accepted.copy) {
      return Optional.of("Disks would be copied %s, which was not so.".formatted(copy));
    }
    Map<String, VolumePlan> then =
        accepted.disks.stream().collect(toMap(VolumePlan::target, plan -> plan));
    return disks.stream().flatMap(now -> beyond(now, then.get(now.target())).stream()).findFirst();
  }

  private Optional<String> beyond(VolumePlan now, @Nullable VolumePlan accepted) {
    if (accepted == null) {
      return Optional.of("%s would be copied, which was not so.".formatted(now.target()));
    }
    Original original = now.original();
    if (options.storage().sourceVolumes() == SourceVolumes.DELETE
        && original != null
        && !original.isWhere(accepted.original())) {
      return Optional.of(
          "The image of %s that would be deleted at the source, %s, is another than it was."
              .formatted(now.target(), original.path()));
    }
    return now.beyond(accepted);
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

  /**
   * Whether virt-ferry itself lets the guest run at the destination: it arrives paused, and its
   * owner had not paused it before.
   */
  public boolean releasedByUs() {
    return options.switchover().guardedSwitchover()
        && !options.domain().startPaused()
        && !guest.paused();
  }

  /** How the guest is to arrive. */
  public Arrival arrival() {
    if (options.memory().postCopy()) {
      return Arrival.IN_POST_COPY;
    }
    if (releasedByUs()) {
      return Arrival.RELEASED;
    }
    return options.domain().startPaused() || guest.paused() ? Arrival.PAUSED : Arrival.RUNNING;
  }

  /** Whether the destination keeps a definition of the domain. */
  public boolean persists() {
    return Boolean.TRUE.equals(options.decidedFor(guest.persistent()).domain().persist());
  }

  /** Whether the source drops its definition. */
  public boolean undefinesSource() {
    return Boolean.TRUE.equals(options.decidedFor(guest.persistent()).domain().undefineSource());
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
