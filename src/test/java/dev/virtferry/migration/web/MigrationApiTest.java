package dev.virtferry.migration.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.ApiTest;
import dev.virtferry.ServiceTest;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.StoragePool;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

@ServiceTest
class MigrationApiTest extends ApiTest {

  @BeforeEach
  void aGuestOnKvmA() {
    hosts().reset();
    volumes().reset();
    hosts().put("kvm-a", guest("web-01"));
  }

  /** A migration that has not ended would keep its slot from the next test. */
  @AfterEach
  void everyMigrationHasEnded() {
    await()
        .until(() -> {
          hosts().rollBackTo("kvm-a");
          return get("/v1/migrations?state=QUEUED&state=PREPARING&state=MIGRATING&state=FINISHING"
                  + "&state=RECOVERING&state=NEEDS_ATTENTION&limit=200")
              .get("items")
              .isEmpty();
        });
  }

  private static DomainDescription guest(String name) {
    return Domains.running(
        name,
        Domains.disk("vda"),
        Domains.disk("vdb"),
        Domains.network("vdc"),
        Domains.cdrom("sda"),
        Domains.readOnly("vdd"),
        Domains.shareable("vde"));
  }

  @Test
  void acceptsAMigrationAndShowsExactlyWhatLibvirtWillBeGiven() {
    MvcTestResult result =
        post(
            """
            {"domain":"web-01","destUri":"QEMU+TLS://KVM-B:16514/system","disks":["vdb","vda"],
             "options":{"bandwidthMiBps":200,"maxDowntimeMillis":300}}
            """);
    assertThat(result).hasStatus(202);
    JsonNode migration = body(result);
    String id = migration.get("id").asString();
    assertThat(result).headers().hasValue("Location", "/v1/migrations/" + id);
    assertThat(result).headers().hasValue("ETag", "\"1-1\"");
    assertThat(UUID.fromString(id).version()).isEqualTo(7);
    assertThat(migration.get("destUri").asString()).isEqualTo("qemu+tls://kvm-b/system");
    assertThat(migration.get("parameters").toString())
        .isEqualTo(
            """
            [{"name":"migrate_disks","type":"string","value":"vdb"},\
            {"name":"migrate_disks","type":"string","value":"vda"},\
            {"name":"migrate_uri","type":"string","value":"tcp://10.0.0.2"},\
            {"name":"bandwidth","type":"ullong","value":200}]\
            """);
    assertThat(migration.get("flags").toString())
        .isEqualTo(
            """
            ["LIVE","PEER2PEER","PERSIST_DEST","UNDEFINE_SOURCE","NON_SHARED_DISK"]\
            """);
    assertThat(migration.propertyNames())
        .containsExactlyInAnyOrder(
            "id",
            "version",
            "domain",
            "source",
            "destination",
            "destUri",
            "state",
            "phase",
            "domainLocation",
            "cancelRequested",
            "completion",
            "progress",
            "disks",
            "bytesToCopyAtMost",
            "parameters",
            "flags",
            "options",
            "tuning",
            "priority",
            "callbackUrl",
            "cleanup",
            "attention",
            "createdAt",
            "startedAt",
            "endedAt",
            "phases",
            "error");
    assertThat(migration.get("progress").propertyNames())
        .containsExactlyInAnyOrder(
            "percent",
            "bytesTotal",
            "bytesDone",
            "bytesMoved",
            "bytesPerSecond",
            "averageBytesPerSecond",
            "etaSeconds",
            "stalled",
            "verification",
            "memory",
            "expectedDowntimeMillis",
            "downtimeMillis");
    assertThat(migration.get("createdAt").asString())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
  }

  @Test
  void sendsNothingAboutDisksWhenNoneAreNamed() {
    hosts().put("kvm-a", Domains.running("diskless", Domains.network("vda")));
    JsonNode migration =
        body(post("{\"domain\":\"diskless\",\"destUri\":\"qemu+tls://kvm-c/system\"}"));
    assertThat(migration.get("parameters")).isEmpty();
    assertThat(migration.get("flags").toString()).doesNotContain("NON_SHARED");
    assertThat(migration.get("disks")).isEmpty();
  }

  @Test
  void expandsCopyWithoutDisksToEveryDiskThatCanBeCopied() {
    JsonNode migration =
        body(
            post(
                """
                {"domain":"web-01","destUri":"qemu+tls://kvm-b/system","copy":"INCREMENTAL"}
                """));
    assertThat(migration.get("parameters").toString())
        .startsWith(
            """
            [{"name":"migrate_disks","type":"string","value":"vda"},\
            {"name":"migrate_disks","type":"string","value":"vdb"},\
            """);
    assertThat(migration.get("flags").toString()).contains("NON_SHARED_INC");
  }

  @Test
  void answersNotModifiedAsLongAsNothingChanged() {
    hosts().put("kvm-a", Domains.running("queued-1", Domains.network("vda")));
    hosts().put("kvm-a", Domains.running("queued-2", Domains.network("vda")));
    hosts().put("kvm-a", Domains.running("queued-3", Domains.network("vda")));
    start("queued-1");
    start("queued-2");
    String path = "/v1/migrations/" + start("queued-3");
    MvcTestResult first = http.get().uri(path).exchange();
    assertThat(first).hasStatusOk();
    String etag = String.valueOf(first.getResponse().getHeader("ETag"));
    assertThat(http.get().uri(path).header("If-None-Match", etag).exchange()).hasStatus(304);
    assertThat(http.get().uri(path).header("If-None-Match", "\"0-0\"").exchange()).hasStatusOk();

    assertThat(http.post().uri(path + "/cancel").exchange()).hasStatus(202);
    MvcTestResult changed = http.get().uri(path).header("If-None-Match", etag).exchange();
    assertThat(changed).hasStatusOk();
    assertThat(body(changed).get("state").asString()).isEqualTo("CANCELLED");
  }

  @Test
  void cancelsAQueuedMigrationAtOnceAndSaysSoAgainWhenAskedAgain() {
    hosts().put("kvm-a", Domains.running("queued-1", Domains.network("vda")));
    hosts().put("kvm-a", Domains.running("queued-2", Domains.network("vda")));
    hosts().put("kvm-a", Domains.running("queued-3", Domains.network("vda")));
    start("queued-1");
    start("queued-2");
    String path = "/v1/migrations/" + start("queued-3") + "/cancel";
    for (int time = 0; time < 2; time++) {
      MvcTestResult cancelled = http.post().uri(path).exchange();
      assertThat(cancelled).hasStatus(202);
      assertThat(body(cancelled).get("state").asString()).isEqualTo("CANCELLED");
      assertThat(body(cancelled).get("cancelRequested").asBoolean()).isTrue();
      assertThat(body(cancelled).get("domainLocation").asString()).isEqualTo("SOURCE");
    }
    assertThat(hosts().made()).noneMatch(call -> call.destination().contains("queued-3"));
  }

  @Test
  void refusesToCancelWhatHasEnded() {
    String id = start("web-01", "[\"vda\",\"vdb\"]");
    await().until(() -> !hosts().made().isEmpty());
    hosts().rollBackTo("kvm-a");
    await().until(() -> get("/v1/migrations/" + id).get("state").asString().equals("FAILED"));
    MvcTestResult refused = http.post().uri("/v1/migrations/" + id + "/cancel").exchange();
    assertProblem(refused, 409, "migration-not-cancellable", null);
  }

  @Test
  void namesTheMigrationThatIsInProgress() {
    String id = start("web-01", "[\"vda\",\"vdb\"]");
    MvcTestResult second =
        post("{\"domain\":\"web-01\",\"destUri\":\"qemu+tls://kvm-c/system\",\"disks\":[\"vda\"]}");
    assertProblem(second, 409, "migration-in-progress", "#/domain");
    assertThat(body(second).get("detail").asString()).contains(id);
    assertThat(body(second).get("migration").asString()).isEqualTo(id);
  }

  @Test
  void listsNewestFirstInPagesThatLoseNothing() {
    for (int i = 0; i < 5; i++) {
      DomainDescription domain = Domains.running("paged", Domains.network("vda"));
      hosts().put("kvm-a", domain);
      String id = start("paged");
      http.post().uri("/v1/migrations/" + id + "/cancel").exchange();
      await()
          .until(() -> {
            hosts().rollBackTo("kvm-a");
            return !get("/v1/migrations/" + id).get("endedAt").isNull();
          });
      hosts().remove("kvm-a", domain.uuid());
    }
    JsonNode first = get("/v1/migrations?domain=paged&limit=3");
    assertThat(first.get("items")).hasSize(3);
    JsonNode second =
        get("/v1/migrations?domain=paged&limit=3&cursor=" + first.get("nextCursor").asString());
    assertThat(second.get("items")).hasSize(2);
    assertThat(second.get("nextCursor").isNull()).isTrue();
    List<String> ids =
        Stream.concat(first.get("items").valueStream(), second.get("items").valueStream())
            .map(item -> item.get("id").asString())
            .toList();
    assertThat(ids).doesNotHaveDuplicates().isSortedAccordingTo((a, b) -> b.compareTo(a));
    assertThat(get("/v1/migrations?domain=paged&state=QUEUED").get("items")).isEmpty();
    assertThat(get("/v1/migrations?domain=paged&source=kvm-c").get("items")).isEmpty();
    assertThat(get("/v1/migrations?domain=paged&destination=kvm-b").get("items")).hasSize(5);
  }

  @Test
  void tellsTheHistory() {
    String id = start("web-01", "[\"vda\",\"vdb\"]");
    await().until(() -> !hosts().made().isEmpty());
    JsonNode first = get("/v1/migrations/" + id + "/history").get("items").get(0);
    assertThat(first.get("from").isNull()).isTrue();
    assertThat(first.get("to").asString()).isEqualTo("QUEUED");
    assertThat(first.get("replica").asString()).isNotEmpty();
  }

  static Stream<Arguments> bodies() {
    String fine = "\"domain\":\"web-01\",\"destUri\":\"qemu+tls://kvm-b/system\"";
    return Stream.of(
        Arguments.of("", 400, "invalid-request", null),
        Arguments.of("not json", 400, "invalid-request", null),
        Arguments.of("[]", 400, "invalid-request", "#"),
        Arguments.of("\"text\"", 400, "invalid-request", "#"),
        Arguments.of("{" + fine + ",}", 400, "invalid-request", null),
        Arguments.of("{" + fine + "} {}", 400, "invalid-request", null),
        Arguments.of("{" + fine + ",\"domain\":\"x\"}", 400, "invalid-request", null),
        Arguments.of("{" + fine + ",\"disk\":[]}", 400, "invalid-request", "#/disk"),
        Arguments.of(
            "{" + fine + ",\"options\":{\"speed\":1}}", 400, "invalid-request", "#/options/speed"),
        Arguments.of("{" + fine + ",\"disks\":\"vda,vdb\"}", 400, "invalid-request", "#/disks"),
        Arguments.of("{" + fine + ",\"disks\":[1]}", 400, "invalid-request", "#/disks/0"),
        Arguments.of("{" + fine + ",\"disks\":[null]}", 400, "invalid-request", "#/disks/0"),
        Arguments.of("{" + fine + ",\"copy\":\"ALL\"}", 400, "invalid-request", "#/copy"),
        Arguments.of("{" + fine + ",\"copy\":0}", 400, "invalid-request", "#/copy"),
        Arguments.of("{" + fine + ",\"priority\":10}", 400, "invalid-request", "#/priority"),
        Arguments.of("{" + fine + ",\"priority\":\"5\"}", 400, "invalid-request", "#/priority"),
        Arguments.of("{" + fine + ",\"priority\":1.5}", 400, "invalid-request", "#/priority"),
        Arguments.of(
            "{" + fine + ",\"options\":{\"bandwidthMiBps\":0}}",
            400,
            "invalid-request",
            "#/options/bandwidthMiBps"),
        Arguments.of(
            "{" + fine + ",\"options\":{\"maxDowntimeMillis\":2000001}}",
            400,
            "invalid-request",
            "#/options/maxDowntimeMillis"),
        Arguments.of("{\"domain\":\"web-01\"}", 400, "invalid-request", "#/destUri"),
        Arguments.of(
            "{\"destUri\":\"qemu+tls://kvm-b/system\"}", 400, "invalid-request", "#/domain"),
        Arguments.of(
            "{\"domain\":\"\",\"destUri\":\"qemu+tls://kvm-b/system\"}",
            400,
            "invalid-request",
            "#/domain"),
        Arguments.of(
            "{\"domain\":\"web-01\",\"destUri\":\"" + "x".repeat(600) + "\"}",
            400,
            "invalid-request",
            "#/destUri"),
        Arguments.of(
            "{\"domain\":\"" + "x".repeat(300) + "\",\"destUri\":\"qemu+tls://kvm-b/system\"}",
            400,
            "invalid-request",
            "#/domain"),
        Arguments.of("{" + fine + ",\"disks\":[]}", 422, "disk-not-found", "#/disks"),
        Arguments.of("{" + fine + ",\"disks\":[\"vda\",\"\"]}", 422, "disk-not-found", "#/disks/1"),
        Arguments.of(
            "{" + fine + ",\"disks\":[\"vda\",\"vdb\",\"vdx\"]}",
            422,
            "disk-not-found",
            "#/disks/2"),
        Arguments.of("{" + fine + ",\"disks\":[\"vda,vdb\"]}", 422, "disk-not-found", "#/disks/0"),
        Arguments.of(
            "{" + fine + ",\"disks\":[\"vda\",\"vdb\",\"vda\"]}",
            422,
            "disk-not-copyable",
            "#/disks/2"),
        Arguments.of(
            "{" + fine + ",\"disks\":[\"vda\",\"vdb\",\"sda\"]}",
            422,
            "disk-not-copyable",
            "#/disks/2"),
        Arguments.of(
            "{" + fine + ",\"disks\":[\"vdd\",\"vda\",\"vdb\"]}",
            422,
            "disk-not-copyable",
            "#/disks/0"),
        Arguments.of(
            "{" + fine + ",\"disks\":[\"vda\",\"vde\",\"vdb\"]}",
            422,
            "disk-not-copyable",
            "#/disks/1"),
        Arguments.of(
            "{" + fine + ",\"disks\":[\"vda\",\"vdb\",\"vdc\"]}",
            422,
            "disk-not-copyable",
            "#/disks/2"),
        Arguments.of("{" + fine + ",\"disks\":[\"vda\"]}", 422, "disk-left-behind", "#/disks"),
        Arguments.of(
            "{\"domain\":\"web-99\",\"destUri\":\"qemu+tls://kvm-b/system\"}",
            422,
            "domain-not-found",
            "#/domain"),
        Arguments.of("{" + fine + ",\"source\":\"kvm-c\"}", 422, "domain-not-found", "#/domain"),
        Arguments.of("{" + fine + ",\"source\":\"nowhere\"}", 422, "host-not-found", "#/source"),
        Arguments.of(
            "{\"domain\":\"web-01\",\"destUri\":\"qemu+ssh://kvm-b/system\"}",
            422,
            "destination-not-allowed",
            "#/destUri"),
        Arguments.of(
            "{\"domain\":\"web-01\",\"destUri\":\"qemu+tls://kvm-z/system\"}",
            422,
            "destination-not-allowed",
            "#/destUri"),
        Arguments.of(
            "{\"domain\":\"web-01\",\"destUri\":\"qemu+tls://kvm-a/system\","
                + "\"disks\":[\"vda\",\"vdb\"]}",
            422,
            "same-host",
            "#/destUri"));
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void refusesWithAProblemThatNamesTheField(
      String body, int status, String type, @org.jspecify.annotations.Nullable String pointer) {
    MvcTestResult result = post(body);
    assertProblem(result, status, type, pointer);
    assertThat(hosts().made()).isEmpty();
  }

  @Test
  void saysTheSameOfADestinationThatExistsNowhereAndOfOneThatIsForbidden() {
    JsonNode unknown =
        body(post("{\"domain\":\"web-01\",\"destUri\":\"qemu+tls://kvm-z/system\"}"));
    JsonNode forbidden =
        body(post("{\"domain\":\"web-01\",\"destUri\":\"qemu+ext://kvm-b/system?command=/x\"}"));
    assertThat(unknown).isEqualTo(forbidden);
  }

  @Test
  void refusesADomainThatDoesNotRun() {
    hosts().show("kvm-a", guest("sleeper"), DomainState.SHUTOFF_SHUTDOWN);
    assertProblem(
        post("{\"domain\":\"sleeper\",\"destUri\":\"qemu+tls://kvm-b/system\"}"),
        422,
        "domain-not-running",
        "#/domain");
  }

  @Test
  void refusesADomainThatSomethingHinders() {
    DomainDescription pinned = guest("pinned");
    hosts().put("kvm-a", pinned);
    hosts().hinder(pinned.uuid(), "It has 1 host devices; detach them first.");
    assertProblem(
        post("{\"domain\":\"pinned\",\"destUri\":\"qemu+tls://kvm-b/system\"}"),
        422,
        "domain-not-migratable",
        "#/domain");
  }

  private MvcTestResult postWithKey(String key, String body) {
    return http.post()
        .uri("/v1/migrations")
        .contentType(MediaType.APPLICATION_JSON)
        .header("Idempotency-Key", key)
        .content(body)
        .exchange();
  }

  private static String wish(String domain, String disks) {
    return "{\"domain\":\"%s\",\"destUri\":\"qemu+tls://kvm-b/system\",\"disks\":%s}"
        .formatted(domain, disks);
  }

  @Test
  void answersTheSameRequestWithTheSameKeyOnce() {
    String key = UUID.randomUUID().toString();
    MvcTestResult first = postWithKey(key, wish("web-01", "[\"vda\",\"vdb\"]"));
    assertThat(first).hasStatus(202).doesNotContainHeader("Idempotency-Replayed");
    MvcTestResult again = postWithKey(key, " " + wish("web-01", "[ \"vda\", \"vdb\" ]"));
    assertThat(again).hasStatus(202).hasHeader("Idempotency-Replayed", "true");
    assertThat(body(again).get("id")).isEqualTo(body(first).get("id"));
    assertProblem(
        postWithKey(key, wish("web-01", "[\"vdb\",\"vda\"]")),
        422,
        "idempotency-conflict",
        "Idempotency-Key");
    assertProblem(
        postWithKey(UUID.randomUUID().toString(), wish("web-01", "[\"vda\",\"vdb\"]")),
        409,
        "migration-in-progress",
        "#/domain");
    hosts().rollBackTo("kvm-a");
    await()
        .until(() -> {
          hosts().rollBackTo("kvm-a");
          return !get("/v1/migrations/" + body(first).get("id").asString()).get("endedAt").isNull();
        });
    MvcTestResult afterwards = postWithKey(key, wish("web-01", "[\"vda\",\"vdb\"]"));
    assertThat(body(afterwards).get("state").asString()).as("as it is now").isEqualTo("FAILED");
  }

  @Test
  void carriesOutOneOfTwoConcurrentRequestsWithTheSameKey() throws Exception {
    String key = UUID.randomUUID().toString();
    String wish = wish("web-01", "[\"vda\",\"vdb\"]");
    Set<String> ids = new HashSet<>();
    try (ExecutorService clients = Executors.newFixedThreadPool(4)) {
      Callable<MvcTestResult> client = () -> postWithKey(key, wish);
      for (Future<MvcTestResult> answer : clients.invokeAll(Collections.nCopies(4, client))) {
        assertThat(answer.get()).hasStatus(202);
        ids.add(body(answer.get()).get("id").asString());
      }
    }
    assertThat(ids).hasSize(1);
  }

  @Test
  void promisesOneImageToOneOfTwoGuestsThatArePostedTogether() throws Exception {
    volumes().pool("kvm-b", new StoragePool("images", "dir", "/srv", 1L << 40));
    volumes().pool("kvm-b", new StoragePool("twin", "dir", "/srv/", 1L << 40));
    hosts().put("kvm-a", Domains.running("web-02", Domains.disk("vda")));
    hosts().put("kvm-a", Domains.running("web-03", Domains.disk("vda")));
    String request =
        """
        {"domain":"%s","destUri":"qemu+tls://kvm-b/system","disks":["vda"],
         "volumes":{"vda":{"pool":"%s","name":"new.raw"}}}
        """;
    try (ExecutorService clients = Executors.newFixedThreadPool(2)) {
      List<Callable<MvcTestResult>> posts =
          List.of(
              () -> post(request.formatted("web-02", "images")),
              () -> post(request.formatted("web-03", "twin")));
      List<Integer> statuses = new ArrayList<>();
      for (Future<MvcTestResult> answer : clients.invokeAll(posts)) {
        statuses.add(answer.get().getResponse().getStatus());
      }
      assertThat(statuses).containsExactlyInAnyOrder(202, 422);
    }
  }

  @Test
  void keepsNoKeyOfARequestThatItRefused() {
    String key = UUID.randomUUID().toString();
    assertProblem(
        postWithKey(key, wish("web-01", "[\"vda\"]")), 422, "disk-left-behind", "#/disks");
    assertThat(postWithKey(key, wish("web-01", "[\"vda\",\"vdb\"]"))).hasStatus(202);
  }

  @Test
  void refusesAKeyThatIsNone() {
    assertProblem(
        postWithKey("two words", wish("web-01", "[\"vda\",\"vdb\"]")),
        400,
        "invalid-request",
        "Idempotency-Key");
  }

  private MvcTestResult patch(String path, String body) {
    return http.patch()
        .uri(path)
        .contentType("application/merge-patch+json")
        .content(body)
        .exchange();
  }

  @Test
  void retunesAMigrationThatIsOnItsWay() {
    String path = "/v1/migrations/" + start("web-01", "[\"vda\",\"vdb\"]");
    await().until(() -> !hosts().made().isEmpty());
    MvcTestResult retuned =
        patch(path, "{\"options\":{\"bandwidthMiBps\":400,\"maxDowntimeMillis\":900}}");
    assertThat(retuned).hasStatusOk();
    assertThat(body(retuned).get("options").get("bandwidthMiBps").asLong()).isEqualTo(400);
    assertThat(body(retuned).get("options").get("maxDowntimeMillis").asLong()).isEqualTo(900);
    assertThat(retuned.getResponse().getHeader("ETag")).isNotNull();
    await().until(() -> hosts().remarks().contains("downtime 900"));
  }

  @Test
  void refusesAPatchThatIsNoneWithAPointer() {
    String path = "/v1/migrations/" + start("web-01", "[\"vda\",\"vdb\"]");
    assertProblem(patch(path, "{}"), 400, "invalid-request", "#/options");
    assertProblem(
        patch(path, "{\"options\":{\"bandwidthMiBps\":null}}"),
        400,
        "invalid-request",
        "#/options/bandwidthMiBps");
    assertProblem(
        patch(path, "{\"options\":{\"bandwidthMiBps\":0}}"),
        400,
        "invalid-request",
        "#/options/bandwidthMiBps");
    assertProblem(
        patch(path, "{\"options\":{\"postCopy\":true}}"),
        400,
        "invalid-request",
        "#/options/postCopy");
    assertProblem(
        http.patch()
            .uri(path)
            .contentType("application/json")
            .content("{\"options\":{}}")
            .exchange(),
        415,
        "unsupported-media-type",
        null);
  }

  @Test
  void remembersHowAMigrationIsToBeCompleted() {
    String path = "/v1/migrations/" + start("web-01", "[\"vda\",\"vdb\"]");
    MvcTestResult asked = post(path + "/complete", "{\"by\":\"SUSPEND\"}");
    assertThat(asked).hasStatus(202);
    assertThat(body(asked).get("completion").asString()).isEqualTo("SUSPEND");
    assertProblem(
        post(path + "/complete", "{\"by\":\"POST_COPY\"}"), 422, "option-not-supported", "#/by");
    assertProblem(post(path + "/complete", "{\"by\":\"PRAYER\"}"), 400, "invalid-request", "#/by");
    assertProblem(
        http.post().uri(path + "/resume-post-copy").exchange(),
        409,
        "migration-not-resumable",
        null);
  }

  @Test
  void doesNotSteerWhatIsOver() {
    String path = "/v1/migrations/" + start("web-01", "[\"vda\",\"vdb\"]");
    await().until(() -> !hosts().made().isEmpty());
    hosts().rollBackTo("kvm-a");
    await().until(() -> get(path).get("state").asString().equals("FAILED"));
    assertProblem(patch(path, "{\"options\":{\"bandwidthMiBps\":4}}"), 409, "migration-over", null);
    assertProblem(post(path + "/complete", "{\"by\":\"SUSPEND\"}"), 409, "migration-over", null);
    assertProblem(
        http.post().uri(path + "/resume-post-copy").exchange(), 409, "migration-over", null);
    String nobody = "/v1/migrations/" + UUID.randomUUID();
    assertProblem(patch(nobody, "{\"options\":{}}"), 404, "migration-not-found", null);
    assertProblem(
        http.post().uri(nobody + "/resume-post-copy").exchange(), 404, "migration-not-found", null);
  }

  @Test
  void findsTheSourceBesideAHostThatCanNotTell() {
    hosts().refuse("kvm-c", new LibvirtFailure(1, 7, "client socket is closed"));
    assertThat(start("web-01", "[\"vda\",\"vdb\"]")).isNotBlank();
  }

  @Test
  void endsAMigrationInTroubleByHand() {
    String id = start("web-01", "[\"vda\",\"vdb\"]");
    String resolve = "/v1/migrations/" + id + "/resolve";
    await().until(() -> !hosts().made().isEmpty());
    assertProblem(
        post(resolve, "{\"reason\":\"I say so\"}"), 409, "migration-not-resolvable", null);
    hosts().cutOff("kvm-b");
    await().until(() -> get("/v1/migrations/" + id).get("state").asString().equals("RECOVERING"));
    assertProblem(post(resolve, "{}"), 400, "invalid-request", "#/reason");
    MvcTestResult resolved = post(resolve, "{\"reason\":\"kvm-b burnt down\"}");
    assertThat(resolved).hasStatusOk();
    JsonNode migration = body(resolved);
    assertThat(migration.get("state").asString()).isEqualTo("FAILED");
    assertThat(migration.get("domainLocation").asString()).isEqualTo("UNKNOWN");
    assertThat(migration.get("error").get("type").asString()).endsWith(":resolved-by-hand");
    assertThat(migration.get("error").get("detail").asString()).contains("kvm-b burnt down");
    assertThat(get("/v1/migrations/" + id + "/history").toString())
        .contains("resolved by hand: kvm-b burnt down");
    assertProblem(post(resolve, "{\"reason\":\"again\"}"), 409, "migration-over", null);
    assertProblem(
        post("/v1/migrations/" + UUID.randomUUID() + "/resolve", "{\"reason\":\"x\"}"),
        404,
        "migration-not-found",
        null);
    hosts().bringBack("kvm-b");
    hosts().rollBackTo("kvm-a");
    assertThat(post(wish("web-01", "[\"vda\",\"vdb\"]"))).as("its domain is free").hasStatus(202);
  }

  @Test
  void asksForTheSourceWhenTwoHostsRunADomainOfThatName() {
    hosts().put("kvm-c", guest("web-01"));
    MvcTestResult result = post("{\"domain\":\"web-01\",\"destUri\":\"qemu+tls://kvm-b/system\"}");
    assertProblem(result, 409, "domain-ambiguous", "#/domain");
    assertThat(body(result).get("detail").asString()).contains("kvm-a, kvm-c");
  }

  @Test
  void refusesADestinationThatAlreadyHasTheDomain() {
    hosts().show("kvm-b", guest("web-01"), DomainState.SHUTOFF_SHUTDOWN);
    assertProblem(
        post(
            "{\"domain\":\"web-01\",\"destUri\":\"qemu+tls://kvm-b/system\","
                + "\"disks\":[\"vda\",\"vdb\"]}"),
        422,
        "destination-conflict",
        "#/destUri");
  }

  @Test
  void saysWhenToTryAgainWhileAHostIsUnreachableAndKeepsLibvirtsWordsToItself() {
    hosts().cutOff("kvm-b");
    MvcTestResult result =
        post(
            "{\"domain\":\"web-01\",\"destUri\":\"qemu+tls://kvm-b/system\","
                + "\"disks\":[\"vda\",\"vdb\"]}");
    assertProblem(result, 503, "host-unreachable", null);
    assertThat(result).headers().hasValue("Retry-After", "5");
    assertThat(body(result).toString()).doesNotContain("secret");
  }

  static Stream<Arguments> addresses() {
    UUID nobody = UUID.fromString("01999999-0000-7000-8000-000000000000");
    return Stream.of(
        Arguments.of("GET", "/v1/migrations/" + nobody, 404, "migration-not-found"),
        Arguments.of("GET", "/v1/migrations/" + nobody + "/history", 404, "migration-not-found"),
        Arguments.of("POST", "/v1/migrations/" + nobody + "/cancel", 404, "migration-not-found"),
        Arguments.of("GET", "/v1/migrations/1", 404, "migration-not-found"),
        Arguments.of("GET", "/v1/migrations?state=DONE", 400, "invalid-request"),
        Arguments.of("GET", "/v1/migrations?state=%20", 400, "invalid-request"),
        Arguments.of("GET", "/v1/migrations?limit=0", 400, "invalid-request"),
        Arguments.of("GET", "/v1/migrations?limit=201", 400, "invalid-request"),
        Arguments.of("GET", "/v1/migrations?limit=many", 400, "invalid-request"),
        Arguments.of("GET", "/v1/migrations?cursor=garbage", 400, "invalid-request"),
        Arguments.of("DELETE", "/v1/migrations", 405, "method-not-allowed"),
        Arguments.of("PUT", "/v1/migrations/" + nobody, 405, "method-not-allowed"),
        Arguments.of("GET", "/v1/nothing", 404, "not-found"),
        Arguments.of("GET", "/nothing", 404, "not-found"));
  }

  @ParameterizedTest
  @MethodSource("addresses")
  void answersWithAProblemAtEveryAddress(String method, String uri, int status, String type) {
    MvcTestResult result =
        http.method(org.springframework.http.HttpMethod.valueOf(method)).uri(uri).exchange();
    assertProblem(result, status, type, null);
  }

  @Test
  void refusesOtherMediaTypes() {
    assertProblem(
        http.post().uri("/v1/migrations").contentType(MediaType.TEXT_PLAIN).content("x").exchange(),
        415,
        "unsupported-media-type",
        null);
    assertProblem(
        http.get().uri("/v1/migrations").accept(MediaType.APPLICATION_XML).exchange(),
        406,
        "not-acceptable",
        null);
  }

  private MvcTestResult post(String body) {
    return post("/v1/migrations", body);
  }

  private String start(String domain) {
    return body(post(
            "{\"domain\":\"%s\",\"destUri\":\"qemu+tls://kvm-b/system\"}".formatted(domain)))
        .get("id")
        .asString();
  }

  private String start(String domain, String disks) {
    return body(post(
            "{\"domain\":\"%s\",\"destUri\":\"qemu+tls://kvm-b/system\",\"disks\":%s}"
                .formatted(domain, disks)))
        .get("id")
        .asString();
  }
}
