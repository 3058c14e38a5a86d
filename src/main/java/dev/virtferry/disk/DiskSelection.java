package dev.virtferry.disk;

import static dev.virtferry.problem.ProblemType.DISK_LEFT_BEHIND;
import static dev.virtferry.problem.ProblemType.DISK_NOT_COPYABLE;
import static dev.virtferry.problem.ProblemType.DISK_NOT_FOUND;

import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Problem.FieldError;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
   * The disks to copy, in the order in which libvirt will be told.
   *
   * @param disks of the live domain
   * @param targets what the caller named; null when nothing was
   * @param copy how to copy; null when the caller did not say
   * @return the named disks in the caller's order; every copyable disk when only {@code copy} is
   *     given; none when neither is
   * @throws Refused with a pointer for each target that is to blame
   */
  public List<DomainDisk> select(
      List<DomainDisk> disks, @Nullable List<String> targets, @Nullable CopyMode copy) {
    if (targets != null) {
      return named(disks, targets);
    }
    return copy == null ? List.of() : disks.stream().filter(this::copyable).toList();
  }

  private List<DomainDisk> named(List<DomainDisk> disks, List<String> targets) {
    if (targets.isEmpty()) {
      throw new Refused(
          Problem.at(
              "#/disks",
              DISK_NOT_FOUND,
              "The list of disks is empty: name at least one disk target, or leave the field out"
                  + " to migrate without copying storage."));
    }
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < targets.size(); i++) {
      fault(disks, targets, i).ifPresent(faults::add);
    }
    disks.stream()
        .filter(this::copyable)
        .filter(disk -> !targets.contains(disk.target()))
        .map(DiskSelection::leftBehind)
        .forEach(faults::add);
    if (!faults.isEmpty()) {
      throw new Refused(problem(faults));
    }
    return targets.stream().map(target -> find(disks, target).orElseThrow()).toList();
  }

  private record Fault(ProblemType type, String pointer, String detail) {}

  private Optional<Fault> fault(List<DomainDisk> disks, List<String> targets, int index) {
    String target = targets.get(index);
    String pointer = "#/disks/" + index;
    if (target.isBlank()) {
      return Optional.of(
          new Fault(
              DISK_NOT_FOUND, pointer, "An empty text names no disk; use a target like vda."));
    }
    if (targets.indexOf(target) < index) {
      return Optional.of(
          new Fault(
              DISK_NOT_COPYABLE, pointer, "%s is named twice; name it once.".formatted(target)));
    }
    Optional<DomainDisk> disk = find(disks, target);
    if (disk.isEmpty()) {
      return Optional.of(
          new Fault(
              DISK_NOT_FOUND,
              pointer,
              "The domain has no disk target of that name; it has %s.".formatted(names(disks))));
    }
    return whyNot(disk.get()).map(why -> new Fault(DISK_NOT_COPYABLE, pointer, why));
  }

  /** Why a disk can't be copied, in a sentence; empty when it can. */
  public Optional<String> whyNot(DomainDisk disk) {
    String target = disk.target();
    if (disk.device().equals("cdrom") || disk.device().equals("floppy")) {
      return Optional.of("%s is a %s; leave it out.".formatted(target, disk.device()));
    }
    if (disk.source() == null) {
      return Optional.of("%s has no medium; leave it out.".formatted(target));
    }
    if (disk.readOnly()) {
      return Optional.of("%s is read-only; leave it out.".formatted(target));
    }
    if (disk.shareable()) {
      return Optional.of(
          "%s is shareable, so other guests may write it meanwhile; leave it out."
              .formatted(target));
    }
    if (shared.holds(disk)) {
      return Optional.of(
          "%s is on shared storage and would be copied onto itself; leave it out."
              .formatted(target));
    }
    return Optional.empty();
  }

  private boolean copyable(DomainDisk disk) {
    return whyNot(disk).isEmpty();
  }

  private static Fault leftBehind(DomainDisk disk) {
    return new Fault(
        DISK_LEFT_BEHIND,
        "#/disks",
        ("%s (%s) is local and writable and would stay behind; add it to the list, or tell"
                + " ferry.shared-paths that every host sees it.")
            .formatted(disk.target(), disk.source()));
  }

  /** One problem has one type: that of the first fault. Faults of other types show up next time. */
  private static Problem problem(List<Fault> faults) {
    Fault first = faults.getFirst();
    List<FieldError> errors =
        faults.stream()
            .filter(fault -> fault.type() == first.type())
            .map(fault -> new FieldError(fault.pointer(), fault.detail()))
            .toList();
    return new Problem(first.type(), first.detail(), errors);
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
