package dev.virtferry.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

  private record Spent(int times, long millis) {

    private static final Spent NOTHING = new Spent(0, 0);

    private Spent plus(Spent other) {
      return new Spent(times + other.times, millis + other.millis);
    }
  }

  private static final Path DIRECTORY = Path.of("target", "lab-times");

  /** Of the class whose tests this thread runs, or that started it. */
  private static final ThreadLocal<Spending> CURRENT = new InheritableThreadLocal<>();

  private final String test;
  private final Instant began = Instant.now();
  private final Duration processorsBefore = processorsOfTheMachine();
  private final Map<Kind, Spent> spent = new ConcurrentHashMap<>();

  private Spending(String test) {
    this.test = test;
  }

  /** This thread is about to run that class. */
  static void begin(String test) {
    CURRENT.set(new Spending(test));
  }

  /** The class whose tests this thread runs, or that started it; else a word for it. */
  static String test() {
    Spending current = CURRENT.get();
    return current == null ? "no-test" : current.test;
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
    Spending current = CURRENT.get();
    if (current != null) {
      current.spent.merge(kind, new Spent(1, time.toMillis()), Spent::plus);
    }
  }

  /**
   * The class is over: writes a line {@code CLASS WALL PROCESSOR} and two numbers for each kind.
   */
  static void end() {
    Spending current = CURRENT.get();
    CURRENT.remove();
    if (current != null) {
      current.writeDown();
    }
  }

  private void writeDown() {
    Duration wall = Duration.between(began, Instant.now());
    Duration processor = processorsOfTheMachine().minus(processorsBefore);
    StringBuilder line =
        new StringBuilder(
            String.format(Locale.ROOT, "%s %d %d", test, wall.toMillis(), processor.toMillis()));
    for (Kind kind : Kind.values()) {
      Spent it = spent.getOrDefault(kind, Spent.NOTHING);
      line.append(String.format(Locale.ROOT, " %d %d", it.times(), it.millis()));
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
  private static Duration processorsOfTheMachine() {
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
