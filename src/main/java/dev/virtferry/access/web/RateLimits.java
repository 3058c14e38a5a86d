package dev.virtferry.access.web;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import dev.virtferry.problem.RetryAfter;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * How fast each caller goes on this replica: so many calls a second, and as many at once; and how
 * many of its answers are open, each of which may hold megabytes until it is read.
 */
final class RateLimits {

  /** A caller who was not heard of for so long has all its calls back anyway. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(1);

  private static final int MOST_CALLERS = 100_000;

  enum Kind {
    READ,
    WRITE,
    FAILURE
  }

  private record Key(Kind kind, String who) {}

  private final LoadingCache<Key, Bucket> buckets;

  private final ConcurrentMap<String, Integer> open = new ConcurrentHashMap<>();

  private final int mostOpen;

  RateLimits(RateProperties rates) {
    mostOpen = rates.openCalls();
    buckets =
        Caffeine.newBuilder()
            .maximumSize(MOST_CALLERS)
            .expireAfterAccess(FORGOTTEN)
            .build(key -> bucket(rates, key.kind()));
  }

  private static Bucket bucket(RateProperties rates, Kind kind) {
    int aSecond = aSecond(rates, kind);
    return Bucket.builder()
        .addLimit(
            Bandwidth.builder()
                .capacity(aSecond)
                .refillGreedy(aSecond, Duration.ofSeconds(1))
                .build())
        .build();
  }

  private static int aSecond(RateProperties rates, Kind kind) {
    return switch (kind) {
      case READ -> rates.reads();
      case WRITE -> rates.writes();
      case FAILURE -> rates.failures();
    };
  }

  /**
   * Counts a call.
   *
   * @throws Refused when it is one too many
   */
  void count(Kind kind, String who) {
    ConsumptionProbe probe = buckets.get(new Key(kind, who)).tryConsumeAndReturnRemaining(1);
    if (!probe.isConsumed()) {
      long seconds =
          Math.max(
              1, Duration.ofNanos(probe.getNanosToWaitForRefill()).plusMillis(999).toSeconds());
      throw new Refused(
          Problem.of(
              ProblemType.RATE_LIMITED,
              "These are more calls a second than one caller may make; slow down, and try again"
                  + " after Retry-After seconds."),
          RetryAfter.seconds(seconds));
    }
  }

  /**
   * Begins a call that {@link #close} ends.
   *
   * @throws Refused when too many are open
   */
  void open(String who) {
    if (open.merge(who, 1, Integer::sum) > mostOpen) {
      close(who);
      throw new Refused(
          Problem.of(
              ProblemType.RATE_LIMITED,
              "These are more calls at a time than one caller may make; read the answers to their"
                  + " end, and try again after Retry-After seconds."),
          RetryAfter.seconds(1));
    }
  }

  void close(String who) {
    open.computeIfPresent(who, (_, calls) -> calls == 1 ? null : calls - 1);
  }
}
