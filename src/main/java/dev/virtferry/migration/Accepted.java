package dev.virtferry.migration;

/**
 * The answer to a submission.
 *
 * @param replayed whether an earlier request with the same key made the migration
 */
public record Accepted(Tracked migration, boolean replayed) {}
