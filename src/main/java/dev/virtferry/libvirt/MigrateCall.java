package dev.virtferry.libvirt;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of one {@code virDomainMigrateToURI3}: exactly what libvirt is given.
 *
 * @param domain the domain's UUID
 * @param destination the connection URI that the source's daemon dials
 * @param parameters the typed parameters, in order
 * @param flags the flags, in the order in which they are shown
 */
public record MigrateCall(
    UUID domain, String destination, TypedParameters parameters, Set<MigrateFlag> flags) {

  /** What it gives to each stream, in MiB/s; null for nothing. */
  public @Nullable Long bandwidthMiBps() {
    return parameters
        .get(MigrateParameter.BANDWIDTH.nativeName())
        .map(value -> value instanceof TypedValue.ULLong(Long speed) ? speed : null)
        .orElse(null);
  }
}
