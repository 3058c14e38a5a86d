package dev.virtferry.disk;

import dev.virtferry.libvirt.DomainDisk;
import org.jspecify.annotations.Nullable;

/**
 * What happens to one disk of the domain.
 *
 * @param reason why it is not copied; null when it is
 */
public record DiskChoice(DomainDisk disk, Action action, @Nullable String reason) {

  /** What happens to a disk. */
  public enum Action {
    /** It goes through the storage stream. */
    COPY,
    /** It stays where it is, and the destination uses it too. */
    SHARED,
    /** It is not copied and need not be. */
    SKIPPED,
    /** It stands in the way of the migration. */
    BLOCKED
  }

  /** The same disk in the way of the migration. */
  public DiskChoice blocked(String why) {
    return new DiskChoice(disk, Action.BLOCKED, why);
  }
}
