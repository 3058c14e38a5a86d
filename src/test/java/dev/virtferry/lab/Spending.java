package dev.virtferry.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.core.ConditionEvaluationListener;
import org.awaitility.core.EvaluatedCondition;

/** What the lab tests of one class spend their time on; {@code lab/times} shows it. */
final class Spending {

  /** What is counted. */
  enum Kind {
    LABS,
    SERVICES,
    GUESTS,
    COMMANDS,
    WAITS
  }

  private static final Path DIRECTORY = Path.of("target", "lab-times");
  private static final Map<Kind, AtomicLong> TIMES = counters();
  private static final Map<Kind, AtomicLong> MILLIS = counters();

  private Spending() {}

  private static Map<Kind, AtomicLong> counters() {
    Map<Kind, AtomicLong> counters = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      counters.put(kind, new AtomicLong());
    }
    return counters;
  }

  /** Hears of every wait for a condition that came true. */
  static ConditionEvaluationListener<Object> ofWaits() {
    return new ConditionEvaluationListener<>() {
      @Override
      public void conditionEvaluated(EvaluatedCondition<Object> condition) {
        if (condition.isSatisfied()) {
          add(Kind.WAITS, Duration.ofMillis(condition.getElapsedTimeInMS()));
        }
      }
    };
  }

  static void add(Kind kind, Duration time) {
    of(TIMES, kind).incrementAndGet();
    of(MILLIS, kind).addAndGet(time.toMillis());
  }

  private static AtomicLong of(Map<Kind, AtomicLong> counters, Kind kind) {
    return Optional.ofNullable(counters.get(kind)).orElseThrow();
  }

  /**
   * The class is over: writes a line {@code CLASS WALL PROCESSOR} and two numbers for each kind.
   */
  static void writeDown(String test, Duration wall, Duration processor) {
    StringBuilder line =
        new StringBuilder("%s %d %d".formatted(test, wall.toMillis(), processor.toMillis()));
    for (Kind kind : Kind.values()) {
      line.append(" %d %d".formatted(of(TIMES, kind).getAndSet(0), of(MILLIS, kind).getAndSet(0)));
    }
    try {
      Files.createDirectories(DIRECTORY);
      Files.writeString(DIRECTORY.resolve(test + ".txt"), line.append('\n'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What all processors of this machine have worked since it started; the kernel counts in 10 ms.
   */
  static Duration processorsOfTheMachine() {
    try {
      String[] jiffies = Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +", -1);
      long busy = 0;
      // user, nice, system; then idle and the wait for disks, which is idle too; then interrupts.
      for (int field : new int[] {1, 2, 3, 6, 7, 8}) {
        busy += Long.parseLong(jiffies[field]);
      }
      return Duration.ofMillis(busy * 10);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
