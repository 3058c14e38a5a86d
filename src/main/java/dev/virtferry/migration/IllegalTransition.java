package dev.virtferry.migration;

import java.util.UUID;

/** A migration was told to do what its state does not allow. */
public final class IllegalTransition extends RuntimeException {

  private static final long serialVersionUID = 1L;

  IllegalTransition(UUID id, MigrationState from, String verb) {
    super("Migration %s is %s and can't %s".formatted(id, from, verb));
  }
}
