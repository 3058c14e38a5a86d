package dev.virtferry.http;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The Prefer header (RFC 7240): what it says that is not understood is ignored. */
public final class Prefer {

  private static final Pattern WAIT = Pattern.compile("wait\\s*=\\s*\"?(\\d{1,9})\"?(\\s*;.*)?");
  private static final long MOST_SECONDS = 60;

  private Prefer() {}

  /** How long the client would wait; no longer than a minute. */
  public static Optional<Duration> waiting(String header) {
    return Arrays.stream(header.split(","))
        .map(preference -> WAIT.matcher(preference.strip()))
        .filter(Matcher::matches)
        .map(found -> Long.parseLong(found.group(1)))
        .filter(seconds -> seconds > 0)
        .map(seconds -> Duration.ofSeconds(Math.min(seconds, MOST_SECONDS)))
        .findFirst();
  }
}
