package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A guest that rewrites its memory faster than its link carries it, and what ends that. */
@LabTest
class TimeLimitsIT {

  private final Lab lab;
  private final Service service;

  TimeLimitsIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @BeforeEach
  void aGuestThatOutrunsItsLink() {
    lab.guest("start", "web", "--shared", "vda=16M", "--dirty-memory", "4");
    lab.link("kvm-a", "slow", "40mbit");
  }

  @AfterEach
  void everythingIsWhole() {
    lab.link("kvm-a", "normal");
    lab.guest("remove", "web");
  }

  private String migrate(String options) {
    return service.migrate(
        "{\"domain\":\"web\",\"destUri\":\"%s\",\"options\":{%s}}"
            .formatted(lab.peer("kvm-b"), options));
  }

  private void goesOnCounting(String host, long from) {
    lab.guest("wait-tick", "web", host, Long.toString(from));
  }

  @LongForm(shortCase = "TimeLimitsIT.aDeadlineThatSwitchesToPostCopyBringsItToItsEnd")
  @Test
  void aDeadlineThatSuspendsBringsItToItsEnd() {
    long tick = lab.tick("web", "kvm-a");
    service.awaitSuccess(migrate("\"timeout\":{\"seconds\":10,\"action\":\"SUSPEND\"}"));
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-b running");
    goesOnCounting("kvm-b", tick);
  }

  @Test
  void aGuestThatADeadlineSuspendedRunsAgainWhenTheMigrationIsCancelled() {
    lab.link("kvm-a", "slow", "10mbit");
    String id = migrate("\"timeout\":{\"seconds\":5,\"action\":\"SUSPEND\"}");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> lab.guest("where", "web").contains("kvm-a paused"));
    assertThat(service.migration(id).get("phase").asString()).isEqualTo("MEMORY");
    assertThat(service.post("/v1/migrations/" + id + "/cancel", "").status()).isEqualTo(202);
    assertThat(service.awaitEnd(id).get("state").asString()).isEqualTo("CANCELLED");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
    goesOnCounting("kvm-a", lab.tick("web", "kvm-a"));
  }

  @Test
  void aDeadlineThatSwitchesToPostCopyBringsItToItsEnd() {
    long tick = lab.tick("web", "kvm-a");
    String id = migrate("\"postCopy\":true,\"timeout\":{\"seconds\":8,\"action\":\"POST_COPY\"}");
    JsonNode ended = service.awaitSuccess(id);
    assertThat(ended.get("phase").asString()).isEqualTo("POST_COPY");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-b running");
    goesOnCounting("kvm-b", tick);
  }
}
