package dev.virtferry.notice;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One try to tell a receiver.
 *
 * @param responseStatus the HTTP status of its answer; null without one
 * @param error what went wrong, in a sentence; null when it was told
 */
public record Attempt(Instant at, @Nullable Integer responseStatus, @Nullable String error) {

  private static final int GONE = 410;

  static Attempt answered(Instant at, int status) {
    String error =
        switch (status / 100) {
          case 2 -> null;
          case 3 ->
              String.format(
                  Locale.ROOT, "The receiver answered %d; redirects are not followed.", status);
          default -> String.format(Locale.ROOT, "The receiver answered %d.", status);
        };
    return new Attempt(at, status, error);
  }

  static Attempt failed(Instant at, String error) {
    return new Attempt(at, null, error);
  }

  /** Whether the receiver has it. */
  public boolean told() {
    return error == null;
  }

  /** Whether the receiver wants nothing any more. */
  public boolean unwanted() {
    return responseStatus != null && responseStatus == GONE;
  }
}
