package dev.virtferry.migration;

import dev.virtferry.libvirt.DomainState;

/** What a domain's state means on the host that it is to leave. */
public enum AtSource {
  /** It runs there. */
  RUNNING,
  /** It is held there, by its owner or by a fault. */
  PAUSED,
  /** The switchover, or somebody paused it while its job runs. */
  PAUSED_BY_MIGRATION,
  /** It runs at the destination, and fetches its memory from here. */
  POST_COPY,
  /** The same, broken off. */
  POST_COPY_FAILED,
  /** It is going down. */
  ENDING,
  /** It panicked, and its QEMU is kept. */
  CRASHED,
  /** It left, whole. */
  LEFT,
  /** It stopped there, and its memory is in a file. */
  SAVED,
  /** It stopped there. */
  STOPPED,
  /** The host has no such domain. */
  ABSENT,
  /** It arrives here in post-copy: so it can't be on its way from here. */
  ARRIVING,
  /** libvirt says what virt-ferry does not know. */
  UNKNOWN;

  public static AtSource of(DomainState state) {
    return switch (state) {
      case RUNNING_UNKNOWN,
          RUNNING_BOOTED,
          RUNNING_MIGRATED,
          RUNNING_RESTORED,
          RUNNING_FROM_SNAPSHOT,
          RUNNING_UNPAUSED,
          RUNNING_MIGRATION_CANCELED,
          RUNNING_SAVE_CANCELED,
          RUNNING_WAKEUP,
          RUNNING_CRASHED,
          RUNNING_UNRECOGNIZED ->
          RUNNING;
      case RUNNING_POSTCOPY, RUNNING_POSTCOPY_FAILED -> ARRIVING;
      case PAUSED_UNKNOWN,
          PAUSED_USER,
          PAUSED_SAVE,
          PAUSED_DUMP,
          PAUSED_IOERROR,
          PAUSED_WATCHDOG,
          PAUSED_FROM_SNAPSHOT,
          PAUSED_SHUTTING_DOWN,
          PAUSED_SNAPSHOT,
          PAUSED_CRASHED,
          PAUSED_STARTING_UP,
          PAUSED_API_ERROR,
          PMSUSPENDED_UNKNOWN,
          PMSUSPENDED_UNRECOGNIZED ->
          PAUSED;
      case PAUSED_MIGRATION -> PAUSED_BY_MIGRATION;
      case PAUSED_POSTCOPY -> POST_COPY;
      case PAUSED_POSTCOPY_FAILED -> POST_COPY_FAILED;
      case SHUTDOWN_UNKNOWN, SHUTDOWN_USER, SHUTDOWN_UNRECOGNIZED -> ENDING;
      case CRASHED_UNKNOWN, CRASHED_PANICKED, CRASHED_UNRECOGNIZED -> CRASHED;
      case SHUTOFF_MIGRATED -> LEFT;
      case SHUTOFF_SAVED -> SAVED;
      case SHUTOFF_UNKNOWN,
          SHUTOFF_SHUTDOWN,
          SHUTOFF_DESTROYED,
          SHUTOFF_CRASHED,
          SHUTOFF_FAILED,
          SHUTOFF_FROM_SNAPSHOT,
          SHUTOFF_DAEMON,
          SHUTOFF_UNRECOGNIZED ->
          STOPPED;
      case ABSENT -> ABSENT;
      case NOSTATE, BLOCKED, PAUSED_UNRECOGNIZED, UNRECOGNIZED -> UNKNOWN;
    };
  }
}
