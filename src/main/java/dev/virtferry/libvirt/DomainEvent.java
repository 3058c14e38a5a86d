package dev.virtferry.libvirt;

/**
 * What libvirt told of a domain unasked. A hint that a look is worth it now, never the truth: news
 * come late, twice or not at all.
 */
public enum DomainEvent {
  /** The host's news are heard from now on; what happened before may have been missed. */
  LISTENING,
  /** {@code VIR_DOMAIN_EVENT_STARTED}; on the destination a migration begins, and no more. */
  STARTED,
  /** {@code VIR_DOMAIN_EVENT_SUSPENDED}. */
  SUSPENDED,
  /** {@code VIR_DOMAIN_EVENT_RESUMED}. */
  RESUMED,
  /** {@code VIR_DOMAIN_EVENT_STOPPED}. */
  STOPPED,
  /** Any other event of the domain's life. */
  CHANGED,
  /** {@code VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION}: memory is gone through once more. */
  ITERATION,
  /** {@code VIR_DOMAIN_EVENT_ID_JOB_COMPLETED}: the migration's job came to its end. */
  JOB_COMPLETED;

  private static final int EVENT_STARTED = 2;
  private static final int EVENT_SUSPENDED = 3;
  private static final int EVENT_RESUMED = 4;
  private static final int EVENT_STOPPED = 5;

  /** Reads a {@code virDomainEventType}. */
  public static DomainEvent ofLife(int event) {
    return switch (event) {
      case EVENT_STARTED -> STARTED;
      case EVENT_SUSPENDED -> SUSPENDED;
      case EVENT_RESUMED -> RESUMED;
      case EVENT_STOPPED -> STOPPED;
      default -> CHANGED;
    };
  }
}
