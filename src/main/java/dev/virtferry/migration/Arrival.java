package dev.virtferry.migration;

import dev.virtferry.migration.options.MigrationOptions;

/** How a guest is to arrive at its destination. */
public enum Arrival {
  /** It runs as soon as all of it is there. */
  RUNNING,
  /** Paused, until virt-ferry sees that the source has let go and lets it run. */
  RELEASED,
  /** Paused, and it stays so: that was asked for, or its owner had paused it before. */
  PAUSED,
  /** It may run before all of its memory is there. */
  IN_POST_COPY;

  /** By the options in force, and whether the guest's owner had paused it. */
  public static Arrival of(Migration migration) {
    MigrationOptions options = migration.options();
    if (options.memory().postCopy()) {
      return IN_POST_COPY;
    }
    if (options.domain().startPaused() || migration.plan().guest().paused()) {
      return PAUSED;
    }
    return options.switchover().guardedSwitchover() ? RELEASED : RUNNING;
  }
}
