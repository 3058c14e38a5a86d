package dev.virtferry.migration;

import java.util.UUID;

/** A migration was told to do what its state does not allow. */
public final class IllegalTransition extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final MigrationState from;
  private final String verb;

  IllegalTransition(UUID id, MigrationState from, String verb) {
    super("Migration %s is %s and can't %s".formatted(id, from, verb));
    this.from = from;
    this.verb = verb;
  }

  public MigrationState from() {
    return from;
  }

  /** What it was told to do, such as {@code be cancelled}. */
  public String verb() {
    return verb;
  }
}
