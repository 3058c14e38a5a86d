package dev.virtferry.migration;

import org.jspecify.annotations.Nullable;

/**
 * How a migration is tuned; null leaves the choice to libvirt.
 *
 * @param bandwidthMiBps for each stream, in MiB/s ({@code VIR_MIGRATE_PARAM_BANDWIDTH})
 * @param maxDowntimeMillis the longest pause to aim for, in milliseconds ({@code
 *     virDomainMigrateSetMaxDowntime})
 */
public record MigrationOptions(@Nullable Long bandwidthMiBps, @Nullable Long maxDowntimeMillis) {

  public static final MigrationOptions NONE = new MigrationOptions(null, null);
}
