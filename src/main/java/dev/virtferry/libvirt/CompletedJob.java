package dev.virtferry.libvirt;

import org.jspecify.annotations.Nullable;

/**
 * What libvirt wrote down of a migration that arrived ({@code virDomainGetJobStats}, {@code
 * VIR_DOMAIN_JOB_STATS_COMPLETED}).
 *
 * @param downtimeMillis how long the guest stood still; null when libvirt could not tell
 * @param elapsedMillis how long the job took; 0 when libvirt did not tell
 * @param memoryBytes that were sent, again sent ones included; 0 when libvirt did not tell
 */
public record CompletedJob(@Nullable Long downtimeMillis, long elapsedMillis, long memoryBytes) {}
