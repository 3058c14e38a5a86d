package dev.virtferry.migration.run;

import dev.virtferry.host.Host;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which comparisons of images run at a time. Each keeps some megabytes for every image that it has
 * open on either host, so all of them share a number of images. A host has two turns: those that
 * wait for its slow storage leave the others alone.
 */
final class ComparisonTurns {

  private static final int OF_A_HOST = 2;
  private static final int IMAGES = 16;
  private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(500);

  private final Map<String, Semaphore> hosts = new ConcurrentHashMap<>();
  private final Semaphore images = new Semaphore(IMAGES, true);

  /** What one comparison has taken. */
  static final class Turn implements AutoCloseable {

    private final List<Runnable> taken = new ArrayList<>();

    /** Gives all of it back. */
    @Override
    public void close() {
      taken.forEach(Runnable::run);
    }
  }

  /**
   * Waits for a turn on both hosts and for the images.
   *
   * @param most images that are open on one host at a time; one comparison has a turn whatever it
   *     needs
   * @param goOn is asked again and again whether it is still to wait
   * @return null when it is not
   */
  @Nullable Turn take(Host source, Host destination, int most, BooleanSupplier goOn)
      throws InterruptedException {
    var turn = new Turn();
    boolean whole = false;
    try {
      // In one order for all, so that no two wait for one another.
      List<String> names = Stream.of(source.name(), destination.name()).sorted().toList();
      whole =
          take(turn, of(names.getFirst()), 1, goOn)
              && take(turn, of(names.getLast()), 1, goOn)
              && take(turn, images, Math.min(most, IMAGES), goOn);
      return whole ? turn : null;
    } finally {
      if (!whole) {
        turn.close();
      }
    }
  }

  private Semaphore of(String host) {
    return hosts.computeIfAbsent(host, _ -> new Semaphore(OF_A_HOST, true));
  }

  private static boolean take(Turn turn, Semaphore from, int permits, BooleanSupplier goOn)
      throws InterruptedException {
    while (!from.tryAcquire(permits, BETWEEN_QUESTIONS.toMillis(), TimeUnit.MILLISECONDS)) {
      if (!goOn.getAsBoolean()) {
        return false;
      }
    }
    turn.taken.add(() -> from.release(permits));
    return true;
  }
}
