package dev.virtferry.disk;

import dev.virtferry.libvirt.HostPath;
import dev.virtferry.problem.Problem;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where copied disks go.
 *
 * @param volumes in the order in which libvirt will be told; without those that have no place
 * @param obstacles why not all can go there; empty when they can
 * @param images what stands at the place of each, by disk target; without those that have none
 * @param changed the images that were the domain's own and somebody wrote into since, and how each
 *     looked before
 * @param doubts what could not be seen of storage, a sentence each
 */
public record Placement(
    List<VolumePlan> volumes,
    List<Obstacle> obstacles,
    Map<String, DestinationImage> images,
    Map<ImageName, VolumeMark> changed,
    List<String> doubts) {

  /** Nothing is copied. */
  public static final Placement NONE =
      new Placement(List.of(), List.of(), Map.of(), Map.of(), List.of());

  public Placement {
    volumes = List.copyOf(volumes);
    obstacles = List.copyOf(obstacles);
    images = Map.copyOf(images);
    changed = Map.copyOf(changed);
    doubts = List.copyOf(doubts);
  }

  /**
   * Something in the way.
   *
   * @param target the disk that it is about; null when it is about all of them
   */
  public record Obstacle(@Nullable String target, Problem problem) {}

  /**
   * What is written over although nobody can tell what it holds, a sentence each. They tell no more
   * of the destination than the plan of a volume does.
   *
   * @param host the destination's name
   */
  public List<String> unseen(String host) {
    return volumes.stream()
        .filter(plan -> plan.found() == DestinationImage.UNKNOWN_CONTENT)
        .map(plan -> unseen(plan, host))
        .toList();
  }

  private static String unseen(VolumePlan plan, String host) {
    String over = "what it holds can't be told, and %s is copied over it".formatted(plan.target());
    return switch (plan.action()) {
      case CREATE, REUSE -> "%s is on %s; %s".formatted(plan.path(), host, over);
      case EXPECT ->
          plan.path().startsWith("/dev/")
              ? "%s has to be on %s; %s".formatted(plan.path(), host, over)
              : "No active pool of %s has %s, so %s has to be there; %s"
                  .formatted(host, HostPath.of(plan.path()).parent(), plan.path(), over);
    };
  }
}
