package dev.virtferry.migration;

import dev.virtferry.access.Scope;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Unfulfilled;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The domain has a migration that has not ended. */
public final class MigrationInProgress extends Unfulfilled {

  private static final long serialVersionUID = 1L;

  private final transient @Nullable Migration active;

  public MigrationInProgress(Migration active) {
    this(
        active,
        "Migration %s of this domain has not ended".formatted(active.id()),
        "wait for its end or cancel it");
  }

  private MigrationInProgress(@Nullable Migration active, String message, String todo) {
    super(
        message,
        Problem.at(
            "#/domain", ProblemType.MIGRATION_IN_PROGRESS, "%s; %s.".formatted(message, todo)));
    this.active = active;
  }

  /** The same for a caller with that scope, who hears of no migration outside of it. */
  public MigrationInProgress to(Scope scope) {
    return active == null || active.plan().isIn(scope)
        ? this
        : new MigrationInProgress(
            null, "A migration of this domain has not ended", "wait for its end");
  }

  /** The one that has not ended; null for a caller who does not see it. */
  public @Nullable UUID migration() {
    return active == null ? null : active.id();
  }

  @Override
  public Map<String, Object> properties() {
    return active == null ? Map.of() : Map.of("migration", active.id());
  }
}
