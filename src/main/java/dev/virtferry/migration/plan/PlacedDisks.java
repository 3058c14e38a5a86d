package dev.virtferry.migration.plan;

import dev.virtferry.disk.DiskChoice;
import dev.virtferry.disk.Placement;
import dev.virtferry.disk.Placement.Obstacle;
import dev.virtferry.disk.Selection;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Which disks of a domain are copied, and where their copies go. */
record PlacedDisks(Selection selected, Placement placement) {

  /** What becomes of each disk, and what is in its way. */
  List<DiskChoice> choices() {
    return selected.choices().stream().map(this::choice).toList();
  }

  /** Why disks can neither go nor stay as it was asked. */
  List<Problem> problems() {
    return Stream.concat(
            selected.problems().stream(), obstacles().filter(PlacedDisks::isOfDisksThatStay))
        .toList();
  }

  /** Why copies have no place, or what stays is not there. */
  List<Problem> storageProblems() {
    return obstacles().filter(problem -> !isOfDisksThatStay(problem)).toList();
  }

  private Stream<Problem> obstacles() {
    return placement.obstacles().stream().map(Obstacle::problem);
  }

  private static boolean isOfDisksThatStay(Problem problem) {
    return problem.type() == ProblemType.DISK_LEFT_BEHIND;
  }

  /** What nobody can tell of disks that stay and have nothing in their way, a sentence each. */
  List<String> doubts() {
    return selected.doubts().entrySet().stream()
        .filter(doubt ->
            placement.obstacles().stream()
                .noneMatch(obstacle -> doubt.getKey().equals(obstacle.target())))
        .map(Map.Entry::getValue)
        .toList();
  }

  private DiskChoice choice(DiskChoice choice) {
    return placement.obstacles().stream()
        .filter(obstacle -> choice.disk().target().equals(obstacle.target()))
        .findFirst()
        .map(obstacle -> choice.blocked(obstacle.problem().detail()))
        .orElse(choice);
  }
}
