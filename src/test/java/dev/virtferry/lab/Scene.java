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

  /** Asked for until it is heard, as the service may not have seen libvirt's memory phase yet. */
  void switchToPostCopy() {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            service().post("/v1/migrations/" + id + "/complete", "{\"by\":\"POST_COPY\"}").status()
                    == 202
                || Service.ended(service().migration(id)));
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

  /** Somebody reads it meanwhile, which must cost nobody anything. */
  void hangGuest(String host) {
    String pid = "$(cat /run/libvirt/qemu/%s.pid)".formatted(Arena.GUEST);
    lab().succeedsOn(host, "sh", "-c", "kill -STOP " + pid);
    service().get("/v1/hosts/%s/domains".formatted(host));
    // What was held goes on while it hangs.
    trouble.moment().release(this);
    lasts(3_000, 15_000);
    lab().succeedsOn(host, "sh", "-c", "kill -CONT " + pid);
  }

  /** Ends it by hand; the answer may be a refusal, where it has ended. */
  void resolve(String reason) {
    service().post("/v1/migrations/" + id + "/resolve", "{\"reason\":\"%s\"}".formatted(reason));
  }

  /** Whether both halves of the guest are there and wait for each other. */
  boolean lostItsLink() {
    return condition(source).equals("paused (post-copy failed)")
        && condition(destination).contains("post-copy");
  }

  /** Asked for once; the service tries until QEMU takes it. */
  void resumePostCopy() {
    service().post("/v1/migrations/" + id + "/resume-post-copy", "");
  }

  /** Presses the guest's power button where it runs, and returns when it is off. */
  void pressButton() {
    String host = arena.runningOn();
    if (!host.isEmpty()) {
      lab().guest("press", Arena.GUEST, host);
      awaitSilence();
    }
  }

  /** A guest that is held back by something else does not go off; that is no fault of the lab's. */
  private void awaitSilence() {
    try {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> arena.runningOn().isEmpty() && !goesDown());
    } catch (ConditionTimeoutException e) {
      System.out.printf("  (it is not off after 20 s: %s)%n", e.getMessage());
    }
  }

  private boolean goesDown() {
    return Arena.HOSTS.stream().anyMatch(host -> condition(host).startsWith("in shutdown"));
  }

  /** The host is without power for a while; what was held goes on meanwhile. */
  void losePower(String host) {
    lab().power(host, "off");
    try {
      trouble.moment().release(this);
      lasts(3_000, 15_000);
    } finally {
      lab().power(host, "on");
    }
  }

  /** What was held goes on while nothing can be written. */
  void fillDisk() {
    arena.fillDisk();
    trouble.moment().release(this);
    lasts(3_000, 15_000);
    arena.freeDisk();
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
          .pollInterval(Duration.ofMillis(500))
          .ignoreExceptions()
          .until(this::migration, condition);
    } catch (ConditionTimeoutException e) {
      return service().migration(id);
    }
  }

  private JsonNode migration() {
    Arena.HOSTS.forEach(lab()::startCrashedDaemon);
    return service().migration(id);
  }

  private static boolean troubledFor(JsonNode migration, int seconds) {
    if (!migration.get("state").asString().equals("NEEDS_ATTENTION")) {
      return false;
    }
    String since = migration.get("attention").get("since").asString();
    return Instant.now().isAfter(Instant.parse(since).plusSeconds(seconds));
  }
}
