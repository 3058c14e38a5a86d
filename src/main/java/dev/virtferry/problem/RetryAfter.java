package dev.virtferry.problem;

import java.util.Map;

/** The Retry-After header (RFC 9110, 10.2.3) of an answer. */
public final class RetryAfter {

  /** What is away or full now may not be so any more by then. */
  public static final Map<String, String> A_MOMENT = seconds(5);

  private RetryAfter() {}

  public static Map<String, String> seconds(long seconds) {
    return Map.of("Retry-After", Long.toString(seconds));
  }
}
