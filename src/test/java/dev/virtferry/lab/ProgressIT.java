package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What real migrations tell of how far they are. */
@LabTest
class ProgressIT {

  private static final long MIB = 1 << 20;

  private final Lab lab;
  private final Service service;

  ProgressIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @AfterEach
  void everythingIsWhole() {
    lab.link("kvm-a", "normal");
    lab.guest("remove", "web");
  }

  private String migrate(String more) {
    return service.migrate(
        "{\"domain\":\"web\",\"destUri\":\"%s\"%s}".formatted(lab.peer("kvm-b"), more));
  }

  private static JsonNode progress(JsonNode migration) {
    return migration.get("progress");
  }

  private static boolean foresees(JsonNode migration) {
    return progress(migration).get("etaSeconds").isNumber();
  }

  @Test
  void aSlowCopyForeseesItsEndAndAddsUp() {
    lab.guest("start", "web", "--to", "kvm-b");
    String id = migrate(",\"disks\":[\"vda\",\"vdb\"],\"options\":{\"bandwidthMiBps\":8}");
    JsonNode seen =
        service.awaitThat(
            id, m -> foresees(m) && progress(m).get("bytesMoved").asLong() > 64 * MIB);
    System.out.println("progress on the way: " + progress(seen));
    assertThat(foresees(seen)).as(seen.toString()).isTrue();
    assertThat(progress(seen).get("bytesPerSecond").asLong()).isPositive();

    JsonNode ended = service.awaitSuccess(id);
    System.out.println("progress at the end: " + progress(ended));
    assertThat(foresees(ended)).isFalse();
    assertThat(progress(ended).get("downtimeMillis").isNumber()).isTrue();
    long disks = ended.get("disks").valueStream().mapToLong(d -> d.get("bytesDone").asLong()).sum();
    assertThat(progress(ended).get("bytesMoved").asLong()).isGreaterThan(disks);
  }

  @Test
  void aGuestThatOutrunsItsLinkIsStalledUntilTheLinkIsFaster() {
    lab.guest("start", "web", "--shared", "vda=16M", "--dirty-memory", "4");
    lab.link("kvm-a", "slow", "40mbit");
    String id = migrate("");
    JsonNode stalled = service.awaitThat(id, m -> progress(m).get("stalled").isObject());
    System.out.println("stalled: " + progress(stalled));
    assertThat(progress(stalled).at("/stalled/reason").asString())
        .isEqualTo("DIRTY_RATE_ABOVE_THROUGHPUT");
    assertThat(foresees(stalled)).isFalse();

    lab.link("kvm-a", "normal");
    JsonNode ended = service.awaitSuccess(id);
    assertThat(progress(ended).get("stalled").isNull()).isTrue();
    assertThat(progress(ended).get("bytesMoved").asLong())
        .isGreaterThan(progress(stalled).get("bytesMoved").asLong());
  }
}
