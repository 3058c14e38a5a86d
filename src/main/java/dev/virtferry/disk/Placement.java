package dev.virtferry.disk;

import dev.virtferry.problem.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where copied disks go.
 *
 * @param volumes in the order in which libvirt will be told; without those that have no place
 * @param obstacles why not all can go there; empty when they can
 */
public record Placement(List<VolumePlan> volumes, List<Obstacle> obstacles) {

  /**
   * Something in the way.
   *
   * @param target the disk that it is about; null when it is about all of them
   */
  public record Obstacle(@Nullable String target, Problem problem) {}
}
