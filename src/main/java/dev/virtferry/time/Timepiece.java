package dev.virtferry.time;

import java.time.Clock;
import java.time.Duration;

/** Tells the moment. Whoever sets the clock changes no duration between two of them. */
@FunctionalInterface
public interface Timepiece {

  Moment now();

  /** By that clock, and by the time that passes in this process. */
  static Timepiece of(Clock clock) {
    long began = System.nanoTime();
    return () -> new Moment(clock.instant(), Duration.ofNanos(System.nanoTime() - began));
  }
}
