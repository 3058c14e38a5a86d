package dev.virtferry.migration;

/**
 * The migration that a request with some key made.
 *
 * @param fingerprint of that request
 */
public record IdempotencyRecord(MigrationSnapshot migration, String fingerprint) {}
