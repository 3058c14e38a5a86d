package dev.virtferry.lab;

import dev.virtferry.lab.Lab.LabFailed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Two hosts, a service and an endless supply of guests: while one is being migrated the next one
 * boots, as that is what takes longest.
 */
final class HandsStage implements AutoCloseable {

  static final String SOURCE = "kvm-a";
  static final String DESTINATION = "kvm-b";
  static final List<String> HOSTS = List.of(SOURCE, DESTINATION);

  private static final int PATIENCE_OF_A_HAND = 6;
  private static final String EVENTS = "/var/log/libvirt/hands-events.log";

  private final Lab lab;
  private final Service service;
  private int guests;
  private Booting next;

  HandsStage() {
    lab = Lab.up("hands");
    try {
      service = Service.start(Files.createTempDirectory("virt-ferry-hands"), environment());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    HOSTS.forEach(this::listen);
    next = boot();
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(lab.environment());
    environment.put("FERRY_RATE_READS", "10000");
    environment.put("FERRY_RATE_WRITES", "10000");
    return environment;
  }

  /** Writes down what libvirt tells of its guests, beside the service. */
  private void listen(String host) {
    lab.on(
        host,
        "sh",
        "-c",
        "setsid sh -c 'while :; do virsh -q event --all --loop --timestamp; sleep 0.2; done' >%s 2>&1 </dev/null &"
            .formatted(EVENTS));
  }

  Lab lab() {
    return lab;
  }

  Service service() {
    return service;
  }

  /** Whether the lab's guests can do that. */
  boolean knows(Hand hand) {
    return hand.button().isEmpty() || lab.guest("help").contains("press NAME");
  }

  private Booting boot(String... options) {
    String name = "g" + ++guests;
    List<String> words = new ArrayList<>(List.of("start", name, "--disk", "vda=16M,full"));
    words.addAll(List.of(options));
    return new Booting(
        name, CompletableFuture.runAsync(() -> lab.guest(words.toArray(String[]::new))));
  }

  /** A guest that is on its way. */
  private record Booting(String name, CompletableFuture<Void> done) {

    String await() {
      done.join();
      return name;
    }
  }

  /** A guest at the source that counts already. */
  String guest(Hand hand) {
    if (!hand.button().isEmpty()) {
      return boot("--button", hand.button()).await();
    }
    Booting ready = next;
    try {
      return ready.await();
    } catch (CompletionException e) {
      // A daemon that was started anew in the middle of it.
      System.out.printf("  (%s did not start, so another one: %s)%n", ready.name(), e.getMessage());
      takeAway(ready.name());
      return boot().await();
    } finally {
      next = boot();
    }
  }

  static String image(String guest) {
    return "/srv/%s-vda.raw".formatted(guest);
  }

  /** What the host says of the guest, such as {@code running (migrated)}, or {@code absent}. */
  String condition(String host, String guest) {
    return lab.condition(host, guest);
  }

  /** What libvirt made of it. */
  record Answer(Outcome outcome, String words) {

    /** How it went. */
    enum Outcome {
      DONE,
      REFUSED,
      WAITED
    }

    @Override
    public String toString() {
      String said = words.replaceAll("\\s+", " ").replace("error: ", "").strip();
      return outcome == Outcome.REFUSED
          ? "refused: " + said
          : outcome.name().toLowerCase(Locale.ROOT);
    }
  }

  /** Lets somebody do that on the host, and gives up after a while; libvirt may not. */
  Answer does(Hand hand, String host, String guest) {
    if (!hand.button().isEmpty()) {
      return press(host, guest);
    }
    String said =
        lab.on(
            host,
            "sh",
            "-c",
            """
            said=$(G=$0 timeout -k 1 $1 sh -c "$2" 2>&1); echo "$?"; echo "$said"
            """,
            guest,
            Integer.toString(PATIENCE_OF_A_HAND),
            hand.script());
    String[] parts = (said + "\n").split("\n", 2);
    return new Answer(outcome(Integer.parseInt(parts[0])), parts[1].strip());
  }

  /** QEMU's own monitor is silent while its guest waits for memory in post-copy. */
  private Answer press(String host, String guest) {
    try {
      lab.guest("press", guest, host);
      return new Answer(Answer.Outcome.DONE, "");
    } catch (LabFailed e) {
      return new Answer(Answer.Outcome.WAITED, String.valueOf(e.getMessage()));
    }
  }

  private static Answer.Outcome outcome(int code) {
    return switch (code) {
      case 0 -> Answer.Outcome.DONE;
      case 124, 137 -> Answer.Outcome.WAITED;
      default -> Answer.Outcome.REFUSED;
    };
  }

  /** What libvirt told of the guest's life on that host, such as {@code Resumed Migrated}. */
  List<Event> events(String host, String guest) {
    return lab.on(
            host,
            "sh",
            "-c",
            "grep \"'lifecycle' for domain '%s'\" %s || :".formatted(guest, EVENTS))
        .lines()
        .map(Event::of)
        .toList();
  }

  /** One change in the life of a guest. */
  record Event(Instant at, String what) {

    static Event of(String line) {
      String[] parts = line.split(": ", 3);
      return new Event(
          Instant.parse(parts[0].replace(' ', 'T').replace("+0000", "Z")), parts[2].strip());
    }

    @Override
    public String toString() {
      return what;
    }
  }

  boolean exists(String host, String path) {
    return lab.succeedsOn(host, "test", "-e", path);
  }

  void restartDaemon(String host) {
    lab.daemon(host, "kill");
    lab.daemon(host, "start");
  }

  void everyLinkIsNormal() {
    HOSTS.forEach(host -> lab.link(host, "normal"));
  }

  /** Nothing of the guest remains, whatever became of it. */
  void takeAway(String guest) {
    lab.guest("remove", guest);
    for (String host : HOSTS) {
      if (remains(host, guest)) {
        restartDaemon(host);
        forget(host, guest);
      }
      lab.on(host, "sh", "-c", "rm -f /srv/%s-* /srv/%s.*".formatted(guest, guest));
    }
  }

  private boolean remains(String host, String guest) {
    forget(host, guest + "-renamed");
    return lab.on(host, "virsh", "list", "--all", "--name").lines().anyMatch(guest::equals);
  }

  private void forget(String host, String guest) {
    lab.succeedsOn(host, "timeout", "10", "virsh", "destroy", guest);
    lab.succeedsOn(
        host,
        "timeout",
        "10",
        "virsh",
        "undefine",
        "--managed-save",
        "--snapshots-metadata",
        "--checkpoints-metadata",
        guest);
  }

  @Override
  public void close() {
    try (lab) {
      next.done().handle((_, _) -> "").join();
      service.close();
    }
  }
}
