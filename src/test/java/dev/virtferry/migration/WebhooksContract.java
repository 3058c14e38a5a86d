package dev.virtferry.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.ApiTest;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.notice.Receiver;
import dev.virtferry.notice.Receiver.Heard;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;

/** What a callback is told; run on each database. */
abstract class WebhooksContract extends ApiTest {

  private static final Receiver RECEIVER = new Receiver();

  @Autowired Migrations migrations;
  @Autowired MigrationQueries queries;
  @Autowired TransactionOperations transactions;

  private final DomainDescription guest =
      Domains.running("told-" + UUID.randomUUID(), Domains.disk("vda"));

  @DynamicPropertySource
  static void theReceiverIsAllowed(DynamicPropertyRegistry properties) {
    properties.add("ferry.webhooks.allowed[0].origin", RECEIVER::origin);
    properties.add("ferry.webhooks.allowed[0].networks[0]", () -> "127.0.0.1");
    properties.add(
        "ferry.webhooks.secrets[0]", () -> "whsec_dmlydC1mZXJyeSBzaWducyB3aGF0IGl0IHRlbGxz");
    properties.add("ferry.webhooks.retries", () -> "10ms,10ms,10ms");
  }

  @BeforeEach
  void aGuest() {
    hosts().reset();
    volumes().reset();
    hosts().put("kvm-a", guest);
    RECEIVER.behave(Receiver.answering(204));
  }

  private MvcTestResult request(String callback) {
    return post(
        "/v1/migrations",
        "{\"domain\":\"%s\",\"destUri\":\"qemu+tls://kvm-b/system\",\"disks\":[\"vda\"],\"callbackUrl\":\"%s\"}"
            .formatted(guest.name(), callback));
  }

  private String failed() {
    MvcTestResult started = request(RECEIVER.origin() + "/hooks?token=secret");
    assertThat(started).hasStatus(202);
    assertThat(body(started).get("callbackUrl").asString()).isEqualTo(RECEIVER.origin() + "/hooks");
    String id = body(started).get("id").asString();
    await().until(() -> !hosts().made().isEmpty());
    await()
        .until(() -> {
          hosts().rollBackTo("kvm-a");
          return state(id).equals("FAILED");
        });
    return id;
  }

  private String state(String id) {
    return get("/v1/migrations/" + id).get("state").asString();
  }

  private List<JsonNode> deliveries(String id) {
    return get("/v1/migrations/" + id + "/deliveries").get("items").valueStream().toList();
  }

  private void awaitStatuses(String id, String... allowed) {
    await()
        .until(() ->
            deliveries(id).stream().allMatch(d -> List.of(allowed).contains(text(d, "status"))));
  }

  private static String text(JsonNode delivery, String field) {
    return delivery.get(field).asString();
  }

  @Test
  void everyChangeOfStateIsTold() {
    String id = failed();
    awaitStatuses(id, "DELIVERED");
    List<String> history =
        get("/v1/migrations/" + id + "/history")
            .get("items")
            .valueStream()
            .map(change -> text(change, "to"))
            .toList();
    assertThat(deliveries(id)).extracting(d -> text(d, "state")).isEqualTo(history);
    assertThat(deliveries(id))
        .allSatisfy(delivery -> {
          assertThat(delivery.get("attempts").asInt()).isEqualTo(1);
          assertThat(delivery.get("responseStatus").asInt()).isEqualTo(204);
          assertThat(delivery.get("error").isNull()).isTrue();
          assertThat(delivery.get("nextAttemptAt").isNull()).isTrue();
        });
    List<Heard> heard = RECEIVER.of(id);
    assertThat(heard).extracting(Heard::state).containsExactlyInAnyOrderElementsOf(history);
    assertThat(heard)
        .extracting(Heard::id)
        .containsExactlyInAnyOrderElementsOf(
            deliveries(id).stream().map(d -> text(d, "id")).toList());
  }

  @Test
  void anEventIsTheMigrationAsTheApiShowsIt() {
    String id = failed();
    awaitStatuses(id, "DELIVERED");
    JsonNode event =
        RECEIVER.of(id).stream()
            .filter(h -> h.state().equals("FAILED"))
            .findFirst()
            .orElseThrow()
            .body();
    assertThat(event.get("specversion").asString()).isEqualTo("1.0");
    assertThat(event.get("type").asString()).isEqualTo("dev.virtferry.migration.failed");
    assertThat(event.get("source").asString()).isEqualTo("/v1/migrations");
    assertThat(event.get("datacontenttype").asString()).isEqualTo("application/json");
    assertThat(event.get("data")).isEqualTo(get("/v1/migrations/" + id));
    assertThat(event.get("sequence").asString())
        .isEqualTo(String.format(Locale.ROOT, "%010d", event.at("/data/version").asInt()));
  }

  @Test
  void aReceiverThatFailsIsToldAgainWithTheSameWords() {
    var calls = new AtomicInteger();
    RECEIVER.behave(
        exchange -> Receiver.answering(calls.incrementAndGet() <= 2 ? 500 : 200).answer(exchange));
    String id = failed();
    awaitStatuses(id, "DELIVERED");
    assertThat(deliveries(id).stream().mapToInt(d -> d.get("attempts").asInt()).sum())
        .isEqualTo(deliveries(id).size() + 2);
    assertThat(RECEIVER.of(id).stream().map(h -> h.id() + h.text()).distinct())
        .hasSize(deliveries(id).size());
  }

  @Test
  void aReceiverThatNeverListensIsLeftAlone() {
    RECEIVER.behave(Receiver.answering(503));
    String id = failed();
    awaitStatuses(id, "GIVEN_UP");
    assertThat(deliveries(id))
        .allSatisfy(delivery -> {
          assertThat(delivery.get("attempts").asInt()).isEqualTo(4);
          assertThat(text(delivery, "error")).isEqualTo("The receiver answered 503.");
        });
  }

  @Test
  void aReceiverThatIsGoneIsNotAskedAgain() {
    RECEIVER.behave(Receiver.answering(410));
    String id = failed();
    awaitStatuses(id, "GIVEN_UP");
    assertThat(deliveries(id))
        .allSatisfy(delivery -> assertThat(delivery.get("attempts").asInt()).isEqualTo(1));
  }

  @Test
  void nothingIsToldOfAChangeThatWasNotKept() {
    String id = failed();
    awaitStatuses(id, "DELIVERED");
    Migration over = queries.find(UUID.fromString(id)).orElseThrow().migration();
    var again =
        Migration.accepted(
            UUID.randomUUID(), over.spec(), over.plan(), over.call(), over.timeline().createdAt());
    transactions.executeWithoutResult(transaction -> {
      migrations.add(again, Progress.initial(again.plan()), "token:test", null);
      transaction.setRollbackOnly();
    });
    String next = failed();
    awaitStatuses(next, "DELIVERED");
    assertThat(RECEIVER.of(again.id().toString())).isEmpty();
  }

  @Test
  void aMigrationWithoutACallbackHasNoDeliveries() {
    MvcTestResult started =
        post(
            "/v1/migrations",
            "{\"domain\":\"%s\",\"destUri\":\"qemu+tls://kvm-b/system\",\"disks\":[\"vda\"]}"
                .formatted(guest.name()));
    String id = body(started).get("id").asString();
    assertThat(deliveries(id)).isEmpty();
    assertThat(body(started).get("callbackUrl").isNull()).isTrue();
    await().until(() -> !hosts().made().isEmpty());
    await()
        .until(() -> {
          hosts().rollBackTo("kvm-a");
          return state(id).equals("FAILED");
        });
  }

  @Test
  void refusesACallbackThatIsNotAllowed() {
    assertProblem(
        request("http://169.254.169.254/latest/meta-data"),
        422,
        "callback-not-allowed",
        "#/callbackUrl");
    assertProblem(
        post(
            "/v1/migration-plans",
            "{\"domain\":\"%s\",\"destUri\":\"qemu+tls://kvm-b/system\",\"callbackUrl\":\"ftp://x\"}"
                .formatted(guest.name())),
        422,
        "callback-not-allowed",
        "#/callbackUrl");
    assertProblem(
        request("https://control.example/" + "x".repeat(2000)),
        400,
        "invalid-request",
        "#/callbackUrl");
  }

  @Test
  void refusesDeliveriesOfAMigrationThatIsNotThere() {
    assertProblem(
        http.get().uri("/v1/migrations/" + UUID.randomUUID() + "/deliveries").exchange(),
        404,
        "migration-not-found",
        null);
  }
}
