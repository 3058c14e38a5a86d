package dev.virtferry.migration.options;

/**
 * How long a migration may take from libvirt's call on, and what happens then.
 *
 * @param seconds at least 1
 */
public record Timeout(long seconds, LimitAction action) {}
