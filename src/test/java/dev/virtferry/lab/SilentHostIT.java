package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Hosts that take a connection and then say nothing more. */
@LabTest
class SilentHostIT {

  /** A connection that does not open is given up after 30 s. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Lab lab;
  private final Service shared;

  @TempDir Path directory = Path.of("target");

  SilentHostIT(Lab lab, Service service) {
    this.lab = lab;
    this.shared = service;
  }

  @AfterEach
  void everyHostAnswers() {
    lab.power("kvm-b", "on");
    lab.daemonGoesOn("kvm-b");
    lab.link("kvm-b", "normal");
    await().atMost(PATIENCE).until(() -> reaches(shared));
  }

  private static boolean reaches(Service any) {
    for (JsonNode host : any.get("/v1/hosts").body().get("items")) {
      if (host.get("name").asString().equals("kvm-b")) {
        return host.get("reachable").asBoolean();
      }
    }
    throw new AssertionError("kvm-b is not in the inventory");
  }

  /** Each attempt to reach it takes three seconds: nobody answers for its address. */
  @Test
  void aHostThatIsKnownToBeAwayHoldsNobodyUp() {
    try (Service service = Service.start(directory, lab.environment())) {
      lab.link("kvm-b", "down");
      await().atMost(PATIENCE).until(() -> !reaches(service));
      await()
          .atMost(PATIENCE)
          .until(() -> {
            long begun = System.nanoTime();
            return !reaches(service) && System.nanoTime() - begun < Duration.ofSeconds(2).toNanos();
          });
      lab.link("kvm-b", "up");
      await().atMost(PATIENCE).until(() -> reaches(service));
    }
  }

  /** Its kernel takes the connection for the held daemon, and nobody ever ends it. */
  @Test
  void aHostThatLostItsPowerWhileAConnectionWasOpenedIsFoundAgain() {
    lab.daemon("kvm-b", "stop");
    try (Service service = Service.start(directory, lab.environment())) {
      assertThat(reaches(service)).isFalse();
      lab.power("kvm-b", "off");
      lab.power("kvm-b", "on");
      await().atMost(PATIENCE).until(() -> reaches(service));
    }
  }
}
