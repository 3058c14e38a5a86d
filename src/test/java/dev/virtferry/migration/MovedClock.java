package dev.virtferry.migration;

import dev.virtferry.time.Moment;
import dev.virtferry.time.Timepiece;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands until a test moves it. */
public final class MovedClock extends Clock implements Timepiece {

  private Instant now = Instant.parse("2026-05-01T12:00:00Z");
  private Duration passed = Duration.ZERO;

  /** Time passes. */
  public void move(Duration by) {
    now = now.plus(by);
    passed = passed.plus(by);
  }

  /** Somebody sets the clock by so much, and no time passes. */
  public void set(Duration by) {
    now = now.plus(by);
  }

  @Override
  public Moment now() {
    return new Moment(now, passed);
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("Tests count in UTC");
  }
}
