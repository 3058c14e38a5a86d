package dev.virtferry.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.virtferry.time.Timepiece;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.slf4j.Marker;
import org.slf4j.helpers.FormattingTuple;
import org.slf4j.helpers.MessageFormatter;

/**
 * Sums up warnings, errors and stack traces that are told over and over, such as while a database
 * is away: the first few of a kind are written as they are, the others of that minute, and of every
 * one that follows without a pause, as one line. Two are of a kind when they are told of the same
 * migration, or of none, and differ in times and ids only.
 */
final class Floods extends TurboFilter {

  private static final Duration WINDOW = Duration.ofMinutes(1);

  private static final Duration BETWEEN_SUMS = Duration.ofSeconds(10);

  /** Of one kind, in its first minute. */
  private static final int FIRST = 5;

  private static final int MOST_KINDS = 1_000;
  private static final int LONGEST_TEXT = 300;

  /** Points in time, ids, counts and durations. A number in the name of a host is none of them. */
  private static final Pattern CHANGING =
      Pattern.compile(
          "\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z?"
              + "|\\b(?=[a-f-]*\\d)[0-9a-f]{8}[0-9a-f-]*"
              + "|(?<=@)[0-9a-f]+|(?<=\\bconn)\\d+|(?<==)\\d+|(?<=\\bthread-)\\d+"
              + "|\\d+(?= ?m?s\\b)");

  private final Timepiece time;
  private final Logger log;
  private final Cache<Kind, Flood> floods = Caffeine.newBuilder().maximumSize(MOST_KINDS).build();
  private final AtomicLong summedUpAt = new AtomicLong();

  Floods(LoggerContext context, Timepiece time) {
    setContext(context);
    this.time = time;
    this.log = context.getLogger(Floods.class);
  }

  private record Kind(String migration, String logger, Level level, String text, String failure) {

    static Kind of(Logger logger, Level level, FormattingTuple told, @Nullable Throwable failure) {
      String text = String.valueOf(told.getMessage());
      Throwable why = failure == null ? told.getThrowable() : failure;
      return new Kind(
          Objects.toString(MDC.get("migration"), ""),
          logger.getName(),
          level,
          CHANGING
              .matcher(text.substring(0, Math.min(text.length(), LONGEST_TEXT)))
              .replaceAll("#"),
          why == null ? "" : why.getClass().getName());
    }
  }

  /**
   * What becomes of a kind in a minute.
   *
   * @param began when the minute began, in milliseconds of the process
   * @param left how many may still be written
   * @param leftOut how many were not
   */
  private record Flood(long began, int left, long leftOut) {

    Flood next() {
      return left > 0 ? new Flood(began, left - 1, leftOut) : new Flood(began, 0, leftOut + 1);
    }

    boolean isOver(long now) {
      return now - began >= WINDOW.toMillis();
    }
  }

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger logger,
      Level level,
      @Nullable String format,
      Object @Nullable [] arguments,
      @Nullable Throwable failure) {
    boolean written = format != null && level.isGreaterOrEqual(logger.getEffectiveLevel());
    if (!written || logger.equals(log)) {
      return FilterReply.NEUTRAL;
    }
    long now = time.now().passed().toMillis();
    sumUp(now);
    FormattingTuple told = MessageFormatter.arrayFormat(format, arguments);
    boolean trouble = failure != null || told.getThrowable() != null;
    if (!trouble && !level.isGreaterOrEqual(Level.WARN)) {
      return FilterReply.NEUTRAL;
    }
    Kind kind = Kind.of(logger, level, told, failure);
    Flood flood =
        floods
            .asMap()
            .compute(
                kind, (_, before) -> (before == null ? new Flood(now, FIRST, 0) : before).next());
    return flood.leftOut() > 0 ? FilterReply.DENY : FilterReply.NEUTRAL;
  }

  /** Whoever logs next tells what was left out. */
  private void sumUp(long now) {
    long last = summedUpAt.get();
    if (now - last < BETWEEN_SUMS.toMillis() || !summedUpAt.compareAndSet(last, now)) {
      return;
    }
    floods
        .asMap()
        .forEach((kind, flood) -> {
          if (flood.isOver(now)) {
            sumUp(kind, flood, now);
          }
        });
  }

  private void sumUp(Kind kind, Flood flood, long now) {
    if (flood.leftOut() == 0) {
      floods.asMap().remove(kind, flood);
    } else if (floods.asMap().replace(kind, flood, new Flood(now, 0, 0))) {
      log.warn(
          "{} more like this were not written: {}: {} {}",
          flood.leftOut(),
          kind.logger(),
          kind.text(),
          kind.failure());
    }
  }
}
