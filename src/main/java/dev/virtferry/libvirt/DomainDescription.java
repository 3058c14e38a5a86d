package dev.virtferry.libvirt;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A domain on one host as it is right now.
 *
 * @param run null while it does not run
 * @param memoryBytes what the guest has
 * @param disks in the order of the definition
 * @param answers false when its QEMU did not tell the sizes of its disks in time
 */
public record DomainDescription(
    String name,
    UUID uuid,
    @Nullable DomainRun run,
    DomainState state,
    boolean persistent,
    boolean autostart,
    long memoryBytes,
    Machine machine,
    List<DomainDisk> disks,
    boolean answers) {

  /** Of one of which no more is known than this. */
  public static DomainDescription bare(
      String name, UUID uuid, DomainState state, boolean persistent) {
    return new DomainDescription(
        name, uuid, null, state, persistent, false, 0, Machine.UNKNOWN, List.of(), false);
  }

  /**
   * Whether its QEMU can be asked for the sizes of its disks. Of a domain that does not run libvirt
   * opens the images itself and holds the domain's lock over it: on a dead mount the domain, and
   * each list of domains, hangs for as long as the mount does. An incoming domain's monitor is busy
   * until it has arrived.
   */
  public boolean knowsItsSizes() {
    return run != null && state != DomainState.PAUSED_MIGRATION;
  }

  public DomainDescription sized(BlockStats stats) {
    return with(disks.stream().map(stats::sized).toList(), true);
  }

  public DomainDescription unanswered() {
    return with(disks, false);
  }

  private DomainDescription with(List<DomainDisk> sized, boolean answered) {
    return new DomainDescription(
        name, uuid, run, state, persistent, autostart, memoryBytes, machine, sized, answered);
  }
}
