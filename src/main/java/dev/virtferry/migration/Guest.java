package dev.virtferry.migration;

import dev.virtferry.libvirt.Checkpoint;
import dev.virtferry.libvirt.DomainRun;
import java.util.List;
import java.util.Objects;
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
 * @param checkpoints what libvirt knew of its checkpoints right before it was called, parents
 *     first; libvirt forgets it where the domain is undefined
 */
public record Guest(
    String name,
    UUID uuid,
    @Nullable Integer id,
    long cpuMillis,
    long memoryBytes,
    boolean persistent,
    boolean autostart,
    boolean paused,
    List<Checkpoint> checkpoints) {

  /** What an older version wrote has none: it migrated no guest with checkpoints. */
  public Guest {
    checkpoints = List.copyOf(Objects.requireNonNullElse(checkpoints, List.of()));
  }

  Guest carrying(List<Checkpoint> known) {
    return new Guest(name, uuid, id, cpuMillis, memoryBytes, persistent, autostart, paused, known);
  }

  /** Its run at the source; null where it is not known. */
  public @Nullable DomainRun run() {
    return id == null ? null : new DomainRun(id, cpuMillis);
  }

  /** Whether that is certainly another run of it than the one that was to be moved. */
  public boolean startedAnew(@Nullable DomainRun now) {
    @Nullable DomainRun before = run();
    return before != null && now != null && !now.continues(before);
  }
}
