package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.lab.Chaos.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Breaks migrations at random moments. In a build every fault once, in two labs; {@code lab/chaos}
 * asks for more through the properties {@code chaos.runs}, {@code chaos.seed}, {@code
 * chaos.workers}, {@code chaos.minutes} and {@code chaos.only}.
 */
class ChaosIT {

  private static final long SEED = Long.getLong("chaos.seed", 1);
  private static final int WORKERS = Integer.getInteger("chaos.workers", 2);
  private static final int MINUTES = Integer.getInteger("chaos.minutes", 120);

  @Test
  void everyOutcomeIsTrue() throws IOException {
    LabExtension.requireLab();
    List<Trouble> troubles = troubles();
    System.out.printf("chaos: seed %d, %d runs, %d workers%n", SEED, troubles.size(), WORKERS);
    List<Outcome> outcomes = new CopyOnWriteArrayList<>();
    Instant closing = Instant.now().plus(Duration.ofMinutes(MINUTES));
    Queue<Trouble> left = new ConcurrentLinkedQueue<>(troubles);
    List<Thread> workers =
        IntStream.rangeClosed(1, WORKERS)
            .mapToObj(
                number -> Thread.ofPlatform().start(() -> work(number, left, closing, outcomes)))
            .toList();
    workers.forEach(ChaosIT::join);
    String report = ChaosReport.of(SEED, outcomes);
    Files.writeString(Path.of("target", "chaos.md"), report);
    System.out.println(report);
    assertThat(outcomes).hasSameSizeAs(troubles);
    assertThat(outcomes).allSatisfy(o -> assertThat(o.lies()).as(o.toString()).isEmpty());
  }

  private static List<Trouble> troubles() {
    Integer only = Integer.getInteger("chaos.only");
    Integer runs = Integer.getInteger("chaos.runs");
    if (only != null) {
      return List.of(Trouble.drawn(SEED, only).getLast());
    }
    return runs == null ? oneOfEach() : Trouble.drawn(SEED, runs);
  }

  /** All but the one that takes longer than libvirt's keepalive. */
  private static List<Trouble> oneOfEach() {
    Set<Fault> missing = EnumSet.complementOf(EnumSet.of(Fault.LINK_CUT_LONG));
    return Trouble.drawn(SEED, Fault.values().length * Moment.values().length).stream()
        .filter(trouble -> missing.remove(trouble.fault()))
        .toList();
  }

  private static void work(
      int number, Queue<Trouble> left, Instant closing, List<Outcome> outcomes) {
    try (var arena = new Arena(number)) {
      var chaos = new Chaos(arena);
      while (Instant.now().isBefore(closing)) {
        Trouble next = left.poll();
        if (next == null) {
          return;
        }
        Outcome outcome = chaos.run(next);
        System.out.println(outcome);
        outcomes.add(outcome);
      }
    }
  }

  private static void join(Thread worker) {
    try {
      worker.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
