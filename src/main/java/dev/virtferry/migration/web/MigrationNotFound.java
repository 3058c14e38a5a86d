package dev.virtferry.migration.web;

import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Unfulfilled;

/** The address names a migration that does not exist, as far as the caller may know. */
final class MigrationNotFound extends Unfulfilled {

  private static final long serialVersionUID = 1L;

  private static final String WORDS =
      "There is no migration of that id; list them with GET /v1/migrations.";

  MigrationNotFound() {
    super(WORDS, Problem.of(ProblemType.MIGRATION_NOT_FOUND, WORDS));
  }
}
