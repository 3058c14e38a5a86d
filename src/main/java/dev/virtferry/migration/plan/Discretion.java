package dev.virtferry.migration.plan;

import dev.virtferry.access.Scope;
import dev.virtferry.disk.Placement;
import dev.virtferry.disk.Placement.Obstacle;
import dev.virtferry.migration.Attention;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Problem.FieldError;
import dev.virtferry.problem.ProblemType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is not told to callers who are bound: whose a file of a host is, which pools it has, what is
 * in them and what others will put there. That something is in the way, they are told.
 */
public final class Discretion {

  private static final String WHO_IS_TOLD_MORE =
      " Your token is bound and is told no more; whoever is bound to nothing can plan the same and"
          + " is told what it is.";

  private static final String STORAGE =
      "The destination's storage can't take it: it has no such place, no room, or something else in"
          + " it, or lacks a file or secret that the domain needs."
          + WHO_IS_TOLD_MORE;

  private static final String CONFLICT =
      "The destination has the domain's name already, or something that it would open there, or"
          + " lacks a network that it needs."
          + WHO_IS_TOLD_MORE;

  private Discretion() {}

  /** The problem, in the words for a caller with that scope. */
  public static Problem of(Problem problem, Scope scope) {
    return scope.equals(Scope.EVERYTHING)
        ? problem
        : words(problem).map(words -> said(problem, words)).orElse(problem);
  }

  /** The same for why a volume was left; null for no reason. */
  public static @Nullable String of(@Nullable String reason, Scope scope) {
    return reason == null || scope.equals(Scope.EVERYTHING)
        ? reason
        : "It may be there still." + WHO_IS_TOLD_MORE;
  }

  /** What libvirt said when it was asked for what others have. */
  public static Problem libvirt() {
    return Problem.of(
        ProblemType.LIBVIRT_ERROR,
        "libvirt does not tell what the domains and pools of a host have. Try again in a moment."
            + WHO_IS_TOLD_MORE);
  }

  /** Why nobody knows what a disk lies on: the pool that hangs may be another's. */
  public static String silence(Scope scope) {
    return scope.equals(Scope.EVERYTHING)
        ? "a pool of its host does not answer, and keeps the others hidden"
        : "its host did not answer in time";
  }

  /** The same for why a migration is in trouble: without the addresses and files of hosts. */
  public static String reason(Attention why, Scope scope) {
    return why.words() == null || !scope.equals(Scope.EVERYTHING)
        ? why.reason()
        : "%s What was said: %s".formatted(why.reason(), why.words());
  }

  /** Nor what stands at a place: whose it is, or that nothing does; nor what ails its pools. */
  static Placement of(Placement placement, Scope scope) {
    return scope.equals(Scope.EVERYTHING)
        ? placement
        : new Placement(
            placement.volumes(),
            placement.obstacles().stream()
                .map(obstacle -> new Obstacle(obstacle.target(), of(obstacle.problem(), scope)))
                .distinct()
                .toList(),
            Map.of(),
            placement.changed(),
            List.of());
  }

  /**
   * Bound callers do not learn which of a domain's needs the destination meets. The sentence
   * depends on the domain alone.
   *
   * @param doubts what a destination can't tell
   * @param any whether the domain needs anything
   */
  static List<String> ofNeeds(List<String> doubts, boolean any, Scope scope) {
    if (scope.equals(Scope.EVERYTHING)) {
      return doubts;
    }
    return any
        ? List.of("Whether the destination has all that it needs there libvirt will tell.")
        : List.of();
  }

  /** Of the types that tell what the destination has; each other one is about the caller's own. */
  private static Optional<String> words(Problem problem) {
    return switch (problem.type()) {
      case DESTINATION_STORAGE -> Optional.of(STORAGE);
      case DESTINATION_CONFLICT -> Optional.of(CONFLICT);
      default -> Optional.empty();
    };
  }

  private static Problem said(Problem problem, String words) {
    return new Problem(
        problem.type(),
        words,
        problem.errors().stream()
            .map(error -> new FieldError(error.pointer(), words))
            .distinct()
            .toList());
  }
}
