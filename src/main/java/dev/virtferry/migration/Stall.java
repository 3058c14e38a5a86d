package dev.virtferry.migration;

import java.time.Instant;

/**
 * A migration goes on and does not get on.
 *
 * @param since when it got on last
 * @param detail a sentence, with what may help
 */
public record Stall(Instant since, Reason reason, String detail) {

  /** Why it does not get on. */
  public enum Reason {
    /** Not a byte has moved for ten seconds. */
    NO_BYTES_MOVED,
    /**
     * The guest has rewritten its memory at 90 % or more of the rate at which it was carried, for
     * ten seconds.
     */
    DIRTY_RATE_ABOVE_THROUGHPUT,
    /** A disk is all but copied and was not ready for thirty seconds, while all others were. */
    DISK_NEVER_READY
  }
}
