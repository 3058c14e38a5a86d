package dev.virtferry.disk;

import static dev.virtferry.problem.ProblemType.DISK_LEFT_BEHIND;
import static dev.virtferry.problem.ProblemType.DISK_NOT_COPYABLE;
import static dev.virtferry.problem.ProblemType.DISK_NOT_FOUND;
import static java.util.stream.Collectors.groupingBy;

import dev.virtferry.disk.DiskChoice.Action;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.SourceType.Nature;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Problem.FieldError;
import dev.virtferry.problem.ProblemType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Decides which disks of a domain are copied, or says why the wish can't be met. */
@Component
public final class DiskSelection {

  private final SharedStorage shared;

  DiskSelection(SharedStorage shared) {
    this.shared = shared;
  }

  /**
   * Chooses disks.
   *
   * @param disks of the live domain
   * @param pools of the host that runs it
   * @param targets what the caller named; null when nothing was
   * @param copy how to copy; null when the caller did not say
   * @return the named disks in the caller's order; every copyable disk when only {@code copy} is
   *     given; none when neither is
   */
  public Selection select(
      List<DomainDisk> disks,
      List<StoragePool> pools,
      @Nullable List<String> targets,
      @Nullable CopyMode copy) {
    if (targets != null) {
      return named(disks, pools, targets);
    }
    List<Fault> faults =
        disks.stream()
            .filter(DiskSelection::isImmovable)
            .flatMap(disk -> leftBehind(disk, pools).stream())
            .toList();
    List<DiskChoice> choices =
        disks.stream()
            .map(disk -> copy == null ? untouched(disk, pools) : unnamed(disk, pools))
            .map(choice -> unless(faults, choice))
            .toList();
    List<DomainDisk> chosen =
        choices.stream()
            .filter(choice -> choice.action() == Action.COPY)
            .map(DiskChoice::disk)
            .toList();
    return new Selection(choices, chosen, staying(choices, pools), problems(faults));
  }

  /** Without a list and a mode nothing is copied, and what to think of that is libvirt's to say. */
  private DiskChoice untouched(DomainDisk disk, List<StoragePool> pools) {
    DiskChoice choice = unnamed(disk, pools);
    return choice.action() == Action.COPY
        ? new DiskChoice(disk, Action.SKIPPED, whatLibvirtMakesOf(disk, pools))
        : choice;
  }

  /** It looks at the file system of a file, and takes each device of the host for a shared one. */
  private static String whatLibvirtMakesOf(DomainDisk disk, List<StoragePool> pools) {
    DiskImage image = disk.image();
    return image == null || LocalFiles.areFor(image, pools)
        ? "No disk is named, so none is copied; libvirt refuses the migration unless it finds this"
            + " one on storage that it knows to be shared."
        : "No disk is named, so none is copied; libvirt takes a device for shared, so make sure that"
            + " the destination has the same one by that name.";
  }

  private DiskChoice unnamed(DomainDisk disk, List<StoragePool> pools) {
    return whyNot(disk, pools)
        .map(why ->
            new DiskChoice(disk, shared.holds(disk, pools) ? Action.SHARED : Action.SKIPPED, why))
        .orElse(new DiskChoice(disk, Action.COPY, null));
  }

  private Selection named(List<DomainDisk> disks, List<StoragePool> pools, List<String> targets) {
    List<Fault> faults = new ArrayList<>();
    if (targets.isEmpty()) {
      faults.add(
          new Fault(
              DISK_NOT_FOUND,
              "#/disks",
              "The list of disks is empty: name at least one disk target, or leave the field out"
                  + " to migrate without copying storage.",
              null));
    }
    for (int i = 0; i < targets.size(); i++) {
      fault(disks, pools, targets, i).ifPresent(faults::add);
    }
    if (!targets.isEmpty()) {
      disks.stream()
          .filter(disk -> !targets.contains(disk.target()))
          .flatMap(disk -> leftBehind(disk, pools).stream())
          .forEach(faults::add);
    }
    List<DiskChoice> choices =
        disks.stream().map(disk -> choice(disk, pools, targets, faults)).toList();
    return new Selection(
        choices, chosen(disks, pools, targets), staying(choices, pools), problems(faults));
  }

  private List<DomainDisk> chosen(
      List<DomainDisk> disks, List<StoragePool> pools, List<String> targets) {
    return targets.stream()
        .distinct()
        .flatMap(target -> find(disks, target).stream())
        .filter(disk -> whyNot(disk, pools).isEmpty())
        .toList();
  }

  private List<DomainDisk> staying(List<DiskChoice> choices, List<StoragePool> pools) {
    return choices.stream()
        .filter(choice ->
            choice.action() == Action.SKIPPED
                || (choice.action() == Action.SHARED
                    && shared.isOnlySaidByPools(choice.disk(), pools)))
        .map(DiskChoice::disk)
        .toList();
  }

  private DiskChoice choice(
      DomainDisk disk, List<StoragePool> pools, List<String> targets, List<Fault> faults) {
    return unless(faults, targets.isEmpty() ? untouched(disk, pools) : unnamed(disk, pools));
  }

  private static DiskChoice unless(List<Fault> faults, DiskChoice choice) {
    return faults.stream()
        .filter(fault -> choice.disk().target().equals(fault.target()))
        .findFirst()
        .map(fault -> choice.blocked(fault.detail()))
        .orElse(choice);
  }

  /**
   * What is wrong with the wish, and the disk of the domain that it is about, if it is about one.
   */
  private record Fault(ProblemType type, String pointer, String detail, @Nullable String target) {}

  private static Fault notFound(String pointer, String detail) {
    return new Fault(DISK_NOT_FOUND, pointer, detail, null);
  }

  private Optional<Fault> fault(
      List<DomainDisk> disks, List<StoragePool> pools, List<String> targets, int index) {
    String target = targets.get(index);
    String pointer = "#/disks/" + index;
    if (target.isBlank()) {
      return Optional.of(notFound(pointer, "An empty text names no disk; use a target like vda."));
    }
    if (targets.indexOf(target) < index) {
      return Optional.of(
          new Fault(
              DISK_NOT_COPYABLE,
              pointer,
              "%s is named twice; name it once.".formatted(target),
              target));
    }
    Optional<DomainDisk> disk = find(disks, target);
    if (disk.isEmpty()) {
      return Optional.of(
          notFound(
              pointer,
              "The domain has no disk target of that name; it has %s.".formatted(names(disks))));
    }
    return whyNot(disk.get(), pools)
        .map(why ->
            new Fault(
                DISK_NOT_COPYABLE,
                pointer,
                "%s; %s.".formatted(why, isImmovable(disk.get()) ? "detach it" : "leave it out"),
                target));
  }

  /**
   * Why a disk can't be copied, without a full stop; empty when it can.
   *
   * @param pools of the host that runs the domain
   */
  public Optional<String> whyNot(DomainDisk disk, List<StoragePool> pools) {
    String target = disk.target();
    if (disk.device().equals("cdrom")) {
      return Optional.of("%s is a cdrom".formatted(target));
    }
    if (disk.image() == null) {
      return Optional.of("%s has no medium".formatted(target));
    }
    if (disk.readOnly()) {
      return Optional.of("%s is read-only".formatted(target));
    }
    Optional<String> never = never(target, disk.image());
    if (never.isPresent()) {
      return never;
    }
    if (disk.shareable()) {
      return Optional.of(
          "%s is shareable, so other guests may write it meanwhile".formatted(target));
    }
    if (shared.holds(disk, pools)) {
      return Optional.of(
          "%s is on shared storage and would be copied onto itself".formatted(target));
    }
    return Optional.empty();
  }

  /** Why nothing can copy what is behind a disk. */
  private static Optional<String> never(String target, DiskImage image) {
    return switch (image.type().nature()) {
      case LOCAL_FILE, LOCAL_DEVICE, POOLED, SHARED -> Optional.empty();
      case EXTERNAL ->
          Optional.of(
              "%s (%s) is what another process or device of the host serves, and no image"
                      .formatted(target, image.location())
                  + " that could be copied");
      case PART_OF_HOST ->
          Optional.of(
              "%s (%s) is a device of the host, which libvirt neither copies nor leaves behind"
                  .formatted(target, image.location()));
      case NOT_COPYABLE ->
          Optional.of(
              "%s (%s) is of a type that can't be copied".formatted(target, image.location()));
    };
  }

  private static boolean isImmovable(DomainDisk disk) {
    return disk.isWritten()
        && disk.image() != null
        && disk.image().type().nature() == Nature.PART_OF_HOST;
  }

  private Optional<Fault> leftBehind(DomainDisk disk, List<StoragePool> pools) {
    Optional<String> whyNot = whyNot(disk, pools);
    if (whyNot.isPresent() && !isImmovable(disk)) {
      return Optional.empty();
    }
    String detail =
        whyNot
            .map(why -> why + "; detach it.")
            .orElseGet(() ->
                ("%s (%s) is local and writable and would stay behind; add it to the list, or tell"
                        + " ferry.shared-paths that every host sees it.")
                    .formatted(disk.target(), disk.image() == null ? "" : disk.image().location()));
    return Optional.of(new Fault(DISK_LEFT_BEHIND, "#/disks", detail, disk.target()));
  }

  /** One problem for each type, in the order in which they first occur. */
  private static List<Problem> problems(List<Fault> faults) {
    Map<ProblemType, List<Fault>> byType =
        faults.stream().collect(groupingBy(Fault::type, LinkedHashMap::new, Collectors.toList()));
    return byType.entrySet().stream()
        .map(entry ->
            new Problem(
                entry.getKey(),
                entry.getValue().getFirst().detail(),
                entry.getValue().stream()
                    .map(fault -> new FieldError(fault.pointer(), fault.detail()))
                    .toList()))
        .toList();
  }

  private static Optional<DomainDisk> find(List<DomainDisk> disks, String target) {
    return disks.stream().filter(disk -> disk.target().equals(target)).findFirst();
  }

  private static String names(List<DomainDisk> disks) {
    return disks.isEmpty()
        ? "none"
        : String.join(", ", disks.stream().map(DomainDisk::target).toList());
  }
}
