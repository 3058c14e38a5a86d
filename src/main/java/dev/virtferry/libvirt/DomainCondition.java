package dev.virtferry.libvirt;

/**
 * What a host says of a domain, cut down to what matters to a migration: {@code virDomainState} and
 * its reason in one closed set.
 */
public enum DomainCondition {
  /** It runs. */
  RUNNING,
  /** It runs, and fetches its memory from the source as it needs it. */
  RUNNING_POST_COPY,
  /**
   * {@code VIR_DOMAIN_PAUSED_MIGRATION}: on the source the switchover, on the destination the wait
   * for it.
   */
  PAUSED_BY_MIGRATION,
  /** {@code VIR_DOMAIN_PAUSED_POSTCOPY}: the source's half of a post-copy. */
  PAUSED_POST_COPY,
  /** {@code VIR_DOMAIN_PAUSED_POSTCOPY_FAILED}: the link was lost during post-copy. */
  PAUSED_POST_COPY_FAILED,
  /** Paused for any other reason, its owner's wish among them. */
  PAUSED,
  /** {@code VIR_DOMAIN_SHUTOFF_MIGRATED}: it left this host. */
  SHUT_OFF_MIGRATED,
  /** Defined and not running. */
  SHUT_OFF,
  /** The host answered that it has no such domain. */
  ABSENT;

  private static final int STATE_PAUSED = 3;
  private static final int STATE_SHUTOFF = 5;
  private static final int STATE_CRASHED = 6;
  private static final int STATE_PMSUSPENDED = 7;
  private static final int RUNNING_POSTCOPY = 10;
  private static final int RUNNING_POSTCOPY_FAILED = 11;
  private static final int PAUSED_MIGRATION = 2;
  private static final int PAUSED_POSTCOPY = 12;
  private static final int PAUSED_POSTCOPY_FAILED = 13;
  private static final int SHUTOFF_MIGRATED = 4;

  /** Whether a QEMU process holds the domain on that host. */
  public boolean active() {
    return switch (this) {
      case RUNNING,
          RUNNING_POST_COPY,
          PAUSED_BY_MIGRATION,
          PAUSED_POST_COPY,
          PAUSED_POST_COPY_FAILED,
          PAUSED ->
          true;
      case SHUT_OFF_MIGRATED, SHUT_OFF, ABSENT -> false;
    };
  }

  /** Whether the guest executes on that host. */
  public boolean runs() {
    return this == RUNNING || this == RUNNING_POST_COPY;
  }

  /** Reads a {@code virDomainState} and its reason. */
  static DomainCondition of(int state, int reason) {
    return switch (state) {
      case STATE_PAUSED ->
          switch (reason) {
            case PAUSED_MIGRATION -> PAUSED_BY_MIGRATION;
            case PAUSED_POSTCOPY -> PAUSED_POST_COPY;
            case PAUSED_POSTCOPY_FAILED -> PAUSED_POST_COPY_FAILED;
            default -> PAUSED;
          };
      case STATE_PMSUSPENDED -> PAUSED;
      case STATE_SHUTOFF -> reason == SHUTOFF_MIGRATED ? SHUT_OFF_MIGRATED : SHUT_OFF;
      case STATE_CRASHED -> SHUT_OFF;
      default ->
          reason == RUNNING_POSTCOPY || reason == RUNNING_POSTCOPY_FAILED
              ? RUNNING_POST_COPY
              : RUNNING;
    };
  }
}
