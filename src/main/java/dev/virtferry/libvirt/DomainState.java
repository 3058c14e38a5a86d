package dev.virtferry.libvirt;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a host says of a domain: {@code virDomainState} and its reason, each pair by itself. Nothing
 * is folded here; what a pair means depends on the host that says it.
 *
 * <p>A number that a newer libvirt added is kept as {@code …_UNRECOGNIZED}, never as the nearest
 * known one: the new reason may be that the guest's memory is missing.
 */
public enum DomainState {
  /** {@code VIR_DOMAIN_NOSTATE}; QEMU's driver never says so. */
  NOSTATE(0, Libvirt.ANY, "no state"),

  RUNNING_UNKNOWN(1, 0, "running (unknown)"),
  RUNNING_BOOTED(1, 1, "running (booted)"),
  /** It arrived on this host, whole. */
  RUNNING_MIGRATED(1, 2, "running (migrated)"),
  RUNNING_RESTORED(1, 3, "running (restored)"),
  RUNNING_FROM_SNAPSHOT(1, 4, "running (from snapshot)"),
  RUNNING_UNPAUSED(1, 5, "running (unpaused)"),
  RUNNING_MIGRATION_CANCELED(1, 6, "running (migration canceled)"),
  RUNNING_SAVE_CANCELED(1, 7, "running (save canceled)"),
  RUNNING_WAKEUP(1, 8, "running (event wakeup)"),
  RUNNING_CRASHED(1, 9, "running (crashed)"),
  /** It arrives on this host, and fetches its memory from the source as it needs it. */
  RUNNING_POSTCOPY(1, 10, "running (post-copy)"),
  /** It arrived on this host in part, and the rest of its memory does not come. */
  RUNNING_POSTCOPY_FAILED(1, 11, "running (post-copy failed)"),
  RUNNING_UNRECOGNIZED(1, Libvirt.ANY, "running (for a reason that virt-ferry does not know)"),

  /** {@code VIR_DOMAIN_BLOCKED}; QEMU's driver never says so. */
  BLOCKED(2, Libvirt.ANY, "idle"),

  PAUSED_UNKNOWN(3, 0, "paused (unknown)"),
  /** By whoever asked for it; and how a guest arrives that is to arrive paused. */
  PAUSED_USER(3, 1, "paused (user)"),
  /**
   * On the source the switchover, or anybody's pause while a migration runs; on the destination the
   * wait for the switchover.
   */
  PAUSED_MIGRATION(3, 2, "paused (migrating)"),
  PAUSED_SAVE(3, 3, "paused (saving)"),
  PAUSED_DUMP(3, 4, "paused (dumping)"),
  PAUSED_IOERROR(3, 5, "paused (I/O error)"),
  PAUSED_WATCHDOG(3, 6, "paused (watchdog)"),
  PAUSED_FROM_SNAPSHOT(3, 7, "paused (from snapshot)"),
  PAUSED_SHUTTING_DOWN(3, 8, "paused (shutting down)"),
  PAUSED_SNAPSHOT(3, 9, "paused (creating snapshot)"),
  PAUSED_CRASHED(3, 10, "paused (crashed)"),
  PAUSED_STARTING_UP(3, 11, "paused (starting up)"),
  /** The source's half of a post-copy. */
  PAUSED_POSTCOPY(3, 12, "paused (post-copy)"),
  /** Half of a post-copy whose link was lost, or whose other half is gone. */
  PAUSED_POSTCOPY_FAILED(3, 13, "paused (post-copy failed)"),
  PAUSED_API_ERROR(3, 14, "paused (api error)"),
  PAUSED_UNRECOGNIZED(3, Libvirt.ANY, "paused (for a reason that virt-ferry does not know)"),

  SHUTDOWN_UNKNOWN(4, 0, "in shutdown (unknown)"),
  SHUTDOWN_USER(4, 1, "in shutdown (user)"),
  SHUTDOWN_UNRECOGNIZED(4, Libvirt.ANY, "in shutdown (for a reason that virt-ferry does not know)"),

  /** libvirt did not see it stop: the host or its daemon was started anew since. */
  SHUTOFF_UNKNOWN(5, 0, "shut off (unknown)"),
  SHUTOFF_SHUTDOWN(5, 1, "shut off (shutdown)"),
  SHUTOFF_DESTROYED(5, 2, "shut off (destroyed)"),
  SHUTOFF_CRASHED(5, 3, "shut off (crashed)"),
  /** It left this host, whole. */
  SHUTOFF_MIGRATED(5, 4, "shut off (migrated)"),
  SHUTOFF_SAVED(5, 5, "shut off (saved)"),
  /** It could not be started, an arrival among that. */
  SHUTOFF_FAILED(5, 6, "shut off (failed)"),
  SHUTOFF_FROM_SNAPSHOT(5, 7, "shut off (from snapshot)"),
  SHUTOFF_DAEMON(5, 8, "shut off (daemon)"),
  SHUTOFF_UNRECOGNIZED(5, Libvirt.ANY, "shut off (for a reason that virt-ferry does not know)"),

  CRASHED_UNKNOWN(6, 0, "crashed (unknown)"),
  /** The guest panicked, and its QEMU was kept. */
  CRASHED_PANICKED(6, 1, "crashed (panicked)"),
  CRASHED_UNRECOGNIZED(6, Libvirt.ANY, "crashed (for a reason that virt-ferry does not know)"),

  PMSUSPENDED_UNKNOWN(7, 0, "pmsuspended (unknown)"),
  PMSUSPENDED_UNRECOGNIZED(
      7, Libvirt.ANY, "pmsuspended (for a reason that virt-ferry does not know)"),

  /** A state that a newer libvirt added. */
  UNRECOGNIZED(Libvirt.NONE, Libvirt.ANY, "a state that virt-ferry does not know"),

  /** The host answered that it has no such domain. */
  ABSENT(Libvirt.NONE, Libvirt.ANY, "no such domain");

  /** What stands for no number of libvirt's. */
  private static final class Libvirt {
    static final int NONE = -2;
    static final int ANY = -1;
  }

  private static final Set<DomainState> HALVES =
      EnumSet.of(
          RUNNING_POSTCOPY, RUNNING_POSTCOPY_FAILED, PAUSED_POSTCOPY, PAUSED_POSTCOPY_FAILED);

  private final int state;
  private final int reason;
  private final String words;

  DomainState(int state, int reason, String words) {
    this.state = state;
    this.reason = reason;
    this.words = words;
  }

  /** As {@code virsh domstate --reason} says it, such as {@code shut off (crashed)}. */
  public String words() {
    return words;
  }

  /** Reads a {@code virDomainState} and its reason. */
  public static DomainState of(int state, int reason) {
    return Stream.of(values())
        .filter(known -> known.state == state)
        .filter(known -> known.reason == reason || known.reason == Libvirt.ANY)
        .findFirst()
        .orElse(UNRECOGNIZED);
  }

  /** Whether the guest executes on that host, or libvirt says so. */
  public boolean runs() {
    return state == RUNNING_UNKNOWN.state;
  }

  /** Whether the guest is held on that host by a QEMU that could let it run. */
  public boolean paused() {
    return state == PAUSED_UNKNOWN.state || state == PMSUSPENDED_UNKNOWN.state;
  }

  /** Whether a QEMU process holds the domain on that host. */
  public boolean active() {
    return state != SHUTOFF_UNKNOWN.state && this != ABSENT;
  }

  /** Whether it is one half of a post-copy, which can't run without the other. */
  public boolean half() {
    return HALVES.contains(this);
  }

  /** Whether the guest runs on that host, or could as soon as it is let. */
  public boolean canRun() {
    return (runs() || paused()) && !half();
  }
}
