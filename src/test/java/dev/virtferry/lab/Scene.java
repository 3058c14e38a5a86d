package dev.virtferry.lab;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;
import tools.jackson.databind.JsonNode;

/** One migration that is going to be broken, and the means for it. */
record Scene(Arena arena, String source, String destination, String id, Trouble trouble) {

  Lab lab() {
    return arena.lab();
  }

  Service service() {
    return arena.service();
  }

  String condition(String host) {
    return arena.condition(host);
  }

  /** Until the migration is like that, or has ended. */
  void awaitThat(Predicate<JsonNode> condition) {
    service().awaitThat(id, condition);
  }

  /** Asks for the end; the answer may be a refusal, or none when the service is gone. */
  void cancel() {
    try {
      service().post("/v1/migrations/" + id + "/cancel", "");
    } catch (RuntimeException e) {
      System.out.printf("  (the cancel was not heard: %s)%n", e.getMessage());
    }
  }

  /** Lets the fault last, somewhere between these many milliseconds. */
  void lasts(int least, int most) {
    Arena.pause(Math.round(least + trouble.length() * (most - least)));
  }

  void killGuest(String host) {
    lab()
        .succeedsOn(
            host, "sh", "-c", "kill -KILL $(cat /run/libvirt/qemu/%s.pid)".formatted(Arena.GUEST));
  }

  void fillPool() {
    lab().succeedsOn(destination, "dd", "if=/dev/zero", "of=" + Arena.FILLER, "bs=1M");
  }

  /** The end; whatever the migration shows when patience is over. */
  JsonNode awaitEnd(Duration patience) {
    return awaitTruth(patience, Service::ended);
  }

  /** The end, or a trouble that stays; whatever the migration shows when patience is over. */
  JsonNode awaitTruth(Duration patience) {
    return awaitTruth(patience, m -> Service.ended(m) || troubledFor(m, 20));
  }

  private JsonNode awaitTruth(Duration patience, Predicate<JsonNode> condition) {
    try {
      return await()
          .atMost(patience)
          .pollInterval(Duration.ofMillis(200))
          .ignoreExceptions()
          .until(() -> service().migration(id), condition);
    } catch (ConditionTimeoutException e) {
      return service().migration(id);
    }
  }

  private static boolean troubledFor(JsonNode migration, int seconds) {
    if (!migration.get("state").asString().equals("NEEDS_ATTENTION")) {
      return false;
    }
    String since = migration.get("attention").get("since").asString();
    return Instant.now().isAfter(Instant.parse(since).plusSeconds(seconds));
  }
}
