package dev.virtferry.migration.truth;

import dev.virtferry.libvirt.DomainState;

/** What a domain's state means on the host that it is to arrive at. */
enum AtDestination {
  /** It arrived, whole, and runs. */
  ARRIVED,
  /** It runs, and was paused or worse since it came to be there. */
  RUNNING,
  /** It runs, started there anew: no arrival is the reason. */
  STARTED,
  /** It runs, and its memory is on the way. */
  POST_COPY,
  /** It has a part of its memory, and the rest does not come. */
  POST_COPY_FAILED,
  /** It runs for a reason that virt-ferry does not know; its memory may be missing. */
  RUNNING_SOMEHOW,
  /** It is paused as a guest is that arrives so. */
  PAUSED,
  /** It is held there after it had run there. */
  HELD,
  /** It waits for the switchover. */
  WAITING,
  /** It is going down, or panicked there. */
  ENDING,
  /** It is stopped there. */
  STOPPED,
  /** It could not be started there. */
  FAILED,
  /** It was moved on from there, or is being moved. */
  LEFT,
  /** The host has no such domain. */
  ABSENT,
  /** libvirt says what virt-ferry does not know. */
  UNKNOWN;

  static AtDestination of(DomainState state) {
    return switch (state) {
      case RUNNING_MIGRATED -> ARRIVED;
      case RUNNING_UNKNOWN,
          RUNNING_UNPAUSED,
          RUNNING_MIGRATION_CANCELED,
          RUNNING_SAVE_CANCELED,
          RUNNING_WAKEUP,
          RUNNING_CRASHED ->
          RUNNING;
      case RUNNING_BOOTED, RUNNING_RESTORED, RUNNING_FROM_SNAPSHOT -> STARTED;
      case RUNNING_POSTCOPY -> POST_COPY;
      case RUNNING_POSTCOPY_FAILED, PAUSED_POSTCOPY_FAILED -> POST_COPY_FAILED;
      case RUNNING_UNRECOGNIZED -> RUNNING_SOMEHOW;
      case PAUSED_USER, PAUSED_UNKNOWN -> PAUSED;
      case PAUSED_SAVE,
          PAUSED_DUMP,
          PAUSED_IOERROR,
          PAUSED_WATCHDOG,
          PAUSED_FROM_SNAPSHOT,
          PAUSED_SHUTTING_DOWN,
          PAUSED_SNAPSHOT,
          PAUSED_CRASHED,
          PAUSED_API_ERROR,
          PMSUSPENDED_UNKNOWN,
          PMSUSPENDED_UNRECOGNIZED ->
          HELD;
      case PAUSED_MIGRATION, PAUSED_STARTING_UP -> WAITING;
      case PAUSED_POSTCOPY, SHUTOFF_MIGRATED -> LEFT;
      case SHUTDOWN_UNKNOWN,
          SHUTDOWN_USER,
          SHUTDOWN_UNRECOGNIZED,
          CRASHED_UNKNOWN,
          CRASHED_PANICKED,
          CRASHED_UNRECOGNIZED ->
          ENDING;
      case SHUTOFF_UNKNOWN,
          SHUTOFF_SHUTDOWN,
          SHUTOFF_DESTROYED,
          SHUTOFF_CRASHED,
          SHUTOFF_SAVED,
          SHUTOFF_FROM_SNAPSHOT,
          SHUTOFF_DAEMON,
          SHUTOFF_UNRECOGNIZED ->
          STOPPED;
      case SHUTOFF_FAILED -> FAILED;
      case ABSENT -> ABSENT;
      case NOSTATE, BLOCKED, PAUSED_UNRECOGNIZED, UNRECOGNIZED -> UNKNOWN;
    };
  }
}
