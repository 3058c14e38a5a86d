package dev.virtferry.migration;

import java.util.UUID;

/** The domain has a migration that has not ended. */
public final class DomainBusy extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final UUID migration;

  public DomainBusy(UUID migration) {
    super("Migration %s of this domain has not ended".formatted(migration));
    this.migration = migration;
  }

  /** The one that has not ended. */
  public UUID migration() {
    return migration;
  }
}
