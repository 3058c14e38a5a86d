package dev.virtferry.migration;

/**
 * How long a migration may take from libvirt's call on, and what happens then.
 *
 * @param seconds at least 1
 */
public record Timeout(long seconds, Action action) {

  /** What happens when the time is over. */
  public enum Action {
    /** The job is aborted, and the migration is FAILED; the guest stays where it was. */
    CANCEL
  }
}
