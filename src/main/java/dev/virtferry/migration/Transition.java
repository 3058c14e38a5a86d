package dev.virtferry.migration;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A change of state as it is remembered.
 *
 * @param from null for the first
 * @param cause why, in a few words
 * @param replica which instance of the service wrote it
 */
public record Transition(
    Instant at, @Nullable MigrationState from, MigrationState to, String cause, String replica) {}
