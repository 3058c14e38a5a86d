package dev.virtferry.migration.control;

import dev.virtferry.migration.MigrationSnapshot;

/**
 * The answer to a submission.
 *
 * @param replayed whether an earlier request with the same key made the migration
 */
public record Accepted(MigrationSnapshot migration, boolean replayed) {}
