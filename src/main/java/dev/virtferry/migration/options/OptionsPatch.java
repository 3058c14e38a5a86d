package dev.virtferry.migration.options;

import org.jspecify.annotations.Nullable;

/**
 * What a client wants of a migration that is on its way; null leaves a value as it is.
 *
 * @param bandwidthMiBps for each stream, in MiB/s
 * @param maxDowntimeMillis the longest pause to aim for, in milliseconds
 */
public record OptionsPatch(@Nullable Long bandwidthMiBps, @Nullable Long maxDowntimeMillis) {}
