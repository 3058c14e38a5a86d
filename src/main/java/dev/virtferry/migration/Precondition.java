package dev.virtferry.migration;

import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client that wants a change has seen of the migration: it is changed as one of these
 * versions or not at all. Progress is no version; it moves by itself.
 *
 * @param versions null for whichever it is
 */
public record Precondition(@Nullable Set<Integer> versions) {

  public static final Precondition NONE = new Precondition(null);

  public Precondition {
    versions = versions == null ? null : Set.copyOf(versions);
  }

  /**
   * The migration, when it is as the client has seen it.
   *
   * @throws Refused when it is not
   */
  public Migration require(Migration now) {
    if (versions != null && !versions.contains(now.version())) {
      throw new Refused(
          Problem.at(
              "If-Match",
              ProblemType.PRECONDITION_FAILED,
              "Migration %s is not as that ETag says; read it, and decide anew by what it is now."
                  .formatted(now.id())));
    }
    return now;
  }
}
