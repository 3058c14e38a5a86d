package dev.virtferry.migration.web;

import java.util.UUID;

/** The address names a migration that does not exist. */
final class MigrationNotFound extends RuntimeException {

  private static final long serialVersionUID = 1L;

  MigrationNotFound(UUID id) {
    super("There is no migration %s; list them with GET /v1/migrations.".formatted(id));
  }
}
