package dev.virtferry.time;

import java.time.Duration;
import java.time.Instant;

/**
 * A point in time of this process. The clock's time is told and written down; how much of it passed
 * is measured by what nobody sets.
 *
 * @param at what the clock said
 * @param passed how much time had passed since the process began
 */
public record Moment(Instant at, Duration passed) {

  /** Before this process, and further away than anybody waits. */
  public static final Moment LONG_AGO = new Moment(Instant.MIN, Duration.ofDays(-365_000));

  /** How much time passed from then to this moment. */
  public Duration since(Moment then) {
    return passed.minus(then.passed);
  }

  /**
   * How much may have passed: a machine that slept, or a virtual one that was paused, counts
   * nothing meanwhile, and its clock is set afterwards.
   */
  public Duration atMostSince(Moment then) {
    Duration counted = since(then);
    Duration told = Duration.between(then.at, at);
    return told.compareTo(counted) > 0 ? told : counted;
  }

  /** Whether less time than that passed from then to this moment. */
  public boolean within(Duration time, Moment then) {
    return since(then).compareTo(time) < 0;
  }

  /**
   * The moment that was written down like that, perhaps by another process. One that lies ahead was
   * written before the clock was set back, and is taken for this one.
   */
  public Moment earlier(Instant written) {
    return written.isBefore(at)
        ? new Moment(written, passed.minus(Duration.between(written, at)))
        : this;
  }
}
