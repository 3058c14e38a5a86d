package dev.virtferry.lab;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.lab.Chaos.Outcome;
import dev.virtferry.lab.Trouble.Choice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * Breaks migrations at random moments. A build has three of them; {@code lab/chaos} asks for more
 * through the properties {@code chaos.runs}, {@code chaos.seed}, {@code chaos.workers}, {@code
 * chaos.minutes}, {@code chaos.only}, {@code chaos.from}, {@code chaos.moments} and {@code
 * chaos.faults}.
 */
@Order(2)
class ChaosIT {

  private static final long SEED = Long.getLong("chaos.seed", 1);
  private static final int WORKERS = Integer.getInteger("chaos.workers", 1);
  private static final int MINUTES = Integer.getInteger("chaos.minutes", 120);

  /** Elsewhere libvirt may hang with them, or refuses them. */
  private static final Map<Fault, Moment> CHEAPEST =
      Map.of(Fault.POWERED_OFF_BY_ITSELF, Moment.MEMORY, Fault.SUSPENDED_BY_OTHERS, Moment.STORAGE);

  /** Those that no other lab test has, or that end in most different ways. */
  private static final Set<Fault> IN_EACH_BUILD =
      EnumSet.of(Fault.SOURCE_DAEMON_KILLED, Fault.DATABASE_STOPPED);

  /** All but those that take longest. */
  private static final Set<Fault> IN_THE_LONG_FORM =
      EnumSet.complementOf(
          EnumSet.of(Fault.LINK_CUT_LONG, Fault.SOURCE_HOST_LOST, Fault.DESTINATION_HOST_LOST));

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
    var choice =
        new Choice(chosen("chaos.moments", Moment.class), chosen("chaos.faults", Fault.class));
    if (only != null) {
      return List.of(Trouble.drawn(SEED, only, choice).getLast());
    }
    if (runs == null) {
      return oneOfEach(Boolean.getBoolean("chaos.long") ? IN_THE_LONG_FORM : IN_EACH_BUILD);
    }
    int first = Integer.getInteger("chaos.from", 1);
    return Trouble.drawn(SEED, runs == 0 ? choice.size() : runs, choice).stream()
        .filter(trouble -> trouble.number() >= first)
        .toList();
  }

  /** Those that the property names, with commas between them; all when it names none. */
  private static <E extends Enum<E>> Set<E> chosen(String property, Class<E> type) {
    String names = System.getProperty(property, "");
    return names.isEmpty()
        ? EnumSet.allOf(type)
        : Arrays.stream(names.split(","))
            .map(name -> Enum.valueOf(type, name))
            .collect(toCollection(() -> EnumSet.noneOf(type)));
  }

  /** Half a guest is killed in post-copy in addition. */
  private static List<Trouble> oneOfEach(Set<Fault> faults) {
    Set<Fault> missing = EnumSet.copyOf(faults);
    return Trouble.drawn(SEED, Choice.all().size(), Choice.all()).stream()
        .filter(trouble ->
            trouble.moment() == Moment.POST_COPY
                ? trouble.fault() == Fault.SOURCE_GUEST_KILLED
                : isCheap(trouble) && missing.remove(trouble.fault()))
        .toList();
  }

  private static boolean isCheap(Trouble trouble) {
    return CHEAPEST.getOrDefault(trouble.fault(), trouble.moment()) == trouble.moment();
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
