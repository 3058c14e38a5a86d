package dev.virtferry.migration.web;

/** The address names a migration that does not exist, as far as the caller may know. */
public final class MigrationNotFound extends RuntimeException {

  private static final long serialVersionUID = 1L;

  MigrationNotFound() {
    super("There is no migration of that id; list them with GET /v1/migrations.");
  }
}
