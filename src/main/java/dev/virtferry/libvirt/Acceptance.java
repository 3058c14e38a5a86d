package dev.virtferry.libvirt;

/**
 * Whether a host would take something.
 *
 * @param words why not, or why it can't tell; what it is otherwise
 */
public record Acceptance(Answer answer, String words) {

  /** What the host says. */
  public enum Answer {
    YES,
    NO,
    /** The host can't tell; the migration will show. */
    UNKNOWN
  }
}
