package dev.virtferry.migration;

import dev.virtferry.access.Scope;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The domain has a migration that has not ended. */
public final class MigrationInProgress extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient @Nullable Migration active;

  public MigrationInProgress(Migration active) {
    this(active, "Migration %s of this domain has not ended".formatted(active.id()));
  }

  private MigrationInProgress(@Nullable Migration active, String message) {
    super(message);
    this.active = active;
  }

  /** The same for a caller with that scope, who hears of no migration outside of it. */
  public MigrationInProgress to(Scope scope) {
    return active == null || active.isIn(scope)
        ? this
        : new MigrationInProgress(null, "A migration of this domain has not ended");
  }

  /** The one that has not ended; null for a caller who does not see it. */
  public @Nullable UUID migration() {
    return active == null ? null : active.id();
  }
}
