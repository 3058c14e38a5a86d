package dev.virtferry.migration;

import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.VolumePlan;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A submission after it was checked against the live domain. It never changes again.
 *
 * @param source name of the host that runs the domain
 * @param destination name of the host that it goes to
 * @param destUri the inventory's string for the destination: what libvirt is given
 * @param disks those to copy, in the order sent to libvirt; empty for none
 * @param copy how; null when no disk is copied
 */
public record Order(
    Guest guest,
    String source,
    String destination,
    String destUri,
    List<SelectedDisk> disks,
    @Nullable CopyMode copy,
    MigrationOptions options,
    int priority) {

  /**
   * The domain as it was when the migration was accepted.
   *
   * @param memoryBytes what the guest has
   * @param persistent whether the source keeps a definition of it
   * @param autostart whether the source starts it by itself
   * @param paused whether its owner had paused it
   */
  public record Guest(
      String name,
      UUID uuid,
      long memoryBytes,
      boolean persistent,
      boolean autostart,
      boolean paused) {}

  /**
   * A disk that is copied.
   *
   * @param volume where it goes, as it was planned when the migration was accepted
   */
  public record SelectedDisk(VolumePlan volume) {

    public String target() {
      return volume.target();
    }

    /** The size that the guest sees; 0 when unknown. */
    public long capacityBytes() {
      return volume.capacityBytes();
    }
  }

  public Order {
    disks = List.copyOf(disks);
  }

  public List<String> targets() {
    return disks.stream().map(SelectedDisk::target).toList();
  }

  /** The phase that libvirt's job begins with. */
  Phase firstPhase() {
    return disks.isEmpty() ? Phase.MEMORY : Phase.STORAGE;
  }
}
