package dev.virtferry.disk;

import static dev.virtferry.problem.ProblemType.DESTINATION_STORAGE;
import static dev.virtferry.problem.ProblemType.DISK_LEFT_BEHIND;

import dev.virtferry.disk.Placement.Obstacle;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is in the way of one wish, and what may be. */
final class Obstacles {

  private final List<Obstacle> obstacles = new ArrayList<>();
  private final List<String> doubts = new ArrayList<>();

  /**
   * Adds one.
   *
   * @param target the disk that it is about; null when it is about all of them
   * @param pointer the field that is to blame
   */
  void add(@Nullable String target, String pointer, String detail) {
    obstacles.add(new Obstacle(target, Problem.at(pointer, DESTINATION_STORAGE, detail)));
  }

  /** Adds a disk that libvirt does not leave behind; bound callers read these words too. */
  void leftBehind(String target, String detail) {
    obstacles.add(new Obstacle(target, Problem.at("#/disks", DISK_LEFT_BEHIND, detail)));
  }

  /** Adds what nobody can tell of the destination, as a sentence. */
  void doubt(String detail) {
    doubts.add(detail);
  }

  /**
   * Takes the step; what libvirt fails over there is added as an obstacle. What is sick in a pool
   * is in the way of the disks that need it, and of nothing else.
   */
  void addFailureOf(@Nullable String target, String pointer, Runnable step) {
    try {
      step.run();
    } catch (LibvirtFailure e) {
      add(target, pointer, e.message() + ".");
    }
  }

  List<Obstacle> all() {
    return obstacles;
  }

  List<String> doubts() {
    return doubts;
  }
}
