package dev.virtferry.migration;

/** A migration and how far it is: what a client polls. */
public record Tracked(Migration migration, Progress progress) {

  /** Complete is what the migration says, so that no reader sees the one without the other. */
  public Tracked {
    progress = migration.state() == MigrationState.SUCCEEDED ? progress.complete() : progress;
  }

  /** Changes whenever the migration or its progress does. */
  public String etag() {
    return "\"%d-%d\"".formatted(migration.version(), progress.revision());
  }
}
