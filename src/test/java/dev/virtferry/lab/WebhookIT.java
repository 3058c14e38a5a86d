package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.notice.Receiver;
import dev.virtferry.notice.Receiver.Heard;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A receiver that is told of a real migration, whatever happens to it and to the service. */
@LabTest
class WebhookIT {

  private final Lab lab;

  WebhookIT(Lab lab) {
    this.lab = lab;
  }

  @BeforeEach
  void aGuest() {
    lab.guest("start", "web", "--disk", "vda=32M,full");
  }

  @AfterEach
  void noGuestIsLeft() {
    lab.guest("remove", "web");
  }

  private Map<String, String> settings(Receiver receiver) {
    var settings = new HashMap<>(lab.environment());
    settings.put("FERRY_WEBHOOKS_ALLOWED_0_ORIGIN", receiver.origin());
    settings.put("FERRY_WEBHOOKS_ALLOWED_0_NETWORKS_0", "127.0.0.1");
    settings.put("FERRY_WEBHOOKS_SECRETS_0", "whsec_dmlydC1mZXJyeSBzaWducyB3aGF0IGl0IHRlbGxz");
    settings.put("FERRY_WEBHOOKS_RETRIES", "1s,1s,2s,4s,8s,8s,8s,8s");
    return settings;
  }

  @Test
  void everythingIsToldThoughTheServiceIsKilledAndTheReceiverIsAway(@TempDir Path data) {
    try (var receiver = new Receiver();
        Service service = Service.start(data, settings(receiver))) {
      receiver.behave(Receiver.answering(503));
      String id =
          service.migrate(
              """
              {"domain":"web","destUri":"%s","disks":["vda"],"callbackUrl":"%s/ferry",
               "options":{"bandwidthMiBps":8}}
              """
                  .formatted(lab.peer("kvm-b"), receiver.origin()));
      service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
      service.kill();
      service.start();
      service.awaitSuccess(id);
      receiver.behave(Receiver.answering(204));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> told(service, id, "status").allMatch("DELIVERED"::equals));
      assertThat(told(service, id, "state"))
          .startsWith("QUEUED", "PREPARING", "MIGRATING")
          .endsWith("SUCCEEDED");
      assertThat(receiver.of(id).stream().map(Heard::id))
          .containsAll(told(service, id, "id").toList());
    }
  }

  private static Stream<String> told(Service service, String id, String field) {
    return service
        .get("/v1/migrations/" + id + "/deliveries")
        .body()
        .get("items")
        .valueStream()
        .map(delivery -> delivery.get(field).asString());
  }
}
