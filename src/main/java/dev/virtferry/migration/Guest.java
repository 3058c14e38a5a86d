package dev.virtferry.migration;

import dev.virtferry.libvirt.DomainRun;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The domain that is migrated, as it was when both hosts were looked at.
 *
 * @param id the number of its run at the source ({@code virDomainGetID}); null in what an older
 *     version wrote
 * @param cpuMillis the processor time that this run had used by then; 0 in what an older version
 *     wrote
 * @param memoryBytes what the guest has
 * @param persistent whether the source keeps a definition of it
 * @param autostart whether the source starts it by itself
 * @param paused whether its owner had paused it
 */
public record Guest(
    String name,
    UUID uuid,
    @Nullable Integer id,
    long cpuMillis,
    long memoryBytes,
    boolean persistent,
    boolean autostart,
    boolean paused) {

  /** Its run at the source; null where it is not known. */
  public @Nullable DomainRun run() {
    return id == null ? null : new DomainRun(id, cpuMillis);
  }
}
