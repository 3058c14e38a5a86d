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

  DomainDescription sized(BlockStats stats) {
    return with(disks.stream().map(stats::sized).toList(), true);
  }

  DomainDescription unanswered() {
    return with(disks, false);
  }

  private DomainDescription with(List<DomainDisk> sized, boolean answered) {
    return new DomainDescription(
        name, uuid, run, state, persistent, autostart, memoryBytes, machine, sized, answered);
  }
}
