package dev.virtferry.access.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.ApiTest;
import dev.virtferry.BesideOthers;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.migration.MigrationQueries;
import dev.virtferry.notice.Representation;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** A caller that is bound to domains and hosts, beside one who is not. */
@TestPropertySource(
    properties = {
      "ferry.access.tokens[1].name=tenant",
      // The hash of the word "tenant".
      "ferry.access.tokens[1].sha256=e9da86d351cf9a7642d8c50195c3f466220911a15c177809bd1161a51e8c5f24",
      "ferry.access.tokens[1].role=operator",
      "ferry.access.tokens[1].domains=own-*",
      "ferry.access.tokens[1].hosts=kvm-a,kvm-b",
      "ferry.hosts[3].name=kvm-d",
      "ferry.hosts[3].uri=qemu+tls://kvm-d/system",
    })
@BesideOthers
class TenantApiTest extends ApiTest {

  @Autowired private JdbcClient sql;
  @Autowired private MigrationQueries queries;
  @Autowired private Representation callbacks;

  private final DomainDescription own = Domains.running("own-1", Domains.disk("vda"));
  private final DomainDescription foreign =
      Domains.running("foreign-1", Domains.ownDisk("foreign", "vda"));

  @BeforeEach
  void twoGuestsOfWhichOneIsTheTenants() {
    hosts().reset();
    volumes().reset();
    hosts().put("kvm-a", own);
    hosts().put("kvm-a", foreign);
  }

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

  private static String request(String domain, String destination) {
    return "{\"domain\":\"%s\",\"destUri\":\"qemu+tls://%s/system\",\"disks\":[\"vda\"]}"
        .formatted(domain, destination);
  }

  private MvcTestResult tenantPosts(String uri, String body) {
    return http.post()
        .uri(uri)
        .contentType(MediaType.APPLICATION_JSON)
        .content(body)
        .header("Authorization", "Bearer tenant")
        .exchange();
  }

  private MvcTestResult tenantGets(String uri) {
    return http.get().uri(uri).header("Authorization", "Bearer tenant").exchange();
  }

  private static List<String> names(JsonNode list, String pointer) {
    return list.get("items").valueStream().map(item -> item.at(pointer).asString()).toList();
  }

  /** By the one who sees everything. */
  private String migrationOf(String domain, String destination) {
    MvcTestResult started = post("/v1/migrations", request(domain, destination));
    assertThat(started).hasStatus(202);
    return body(started).get("id").asString();
  }

  @Test
  void movesAndSeesItsOwnGuests() {
    MvcTestResult started = tenantPosts("/v1/migrations", request("own-1", "kvm-b"));
    assertThat(started).hasStatus(202);
    String id = body(started).get("id").asString();
    assertThat(tenantGets("/v1/migrations/" + id)).hasStatusOk();
    assertThat(names(body(tenantGets("/v1/migrations")), "/id")).contains(id);
    assertThat(tenantPosts("/v1/migrations/" + id + "/cancel", "")).hasStatus(202);
  }

  @Test
  void seesAMigrationOfItsGuestThatSomebodyElseStarted() {
    String id = migrationOf("own-1", "kvm-c");
    assertThat(tenantGets("/v1/migrations/" + id)).hasStatusOk();
    assertThat(names(body(tenantGets("/v1/migrations")), "/id")).contains(id);
  }

  @Test
  void doesNotSeeMigrationsOfOthers() {
    String id = migrationOf("foreign-1", "kvm-b");
    String path = "/v1/migrations/" + id;
    for (String part : List.of("", "/history", "/events", "/deliveries")) {
      assertProblem(tenantGets(path + part), 404, "migration-not-found", null);
    }
    assertProblem(tenantPosts(path + "/cancel", ""), 404, "migration-not-found", null);
    assertProblem(
        tenantPosts(path + "/complete", "{\"by\":\"SUSPEND\"}"), 404, "migration-not-found", null);
    assertThat(names(body(tenantGets("/v1/migrations?limit=200")), "/domain/name"))
        .doesNotContain("foreign-1");
    assertThat(names(body(tenantGets("/v1/migrations?domain=foreign-1")), "/id")).isEmpty();
    assertThat(names(get("/v1/migrations?domain=foreign-1"), "/id")).contains(id);
  }

  /** Whatever is asked for, the answer is the one for what is not there. */
  @Test
  void aForeignGuestIsNotThereForIt() {
    for (String foreigner : Stream.of("foreign-1", foreign.uuid().toString()).toList()) {
      String absent =
          foreigner.equals("foreign-1") ? "foreign-2" : "0199aaaa-0000-4000-8000-000000000000";
      assertSameRefusal(request(foreigner, "kvm-b"), request(absent, "kvm-b"), foreigner, absent);
      assertSameRefusal(
          fromA(request(foreigner, "kvm-b")), fromA(request(absent, "kvm-b")), foreigner, absent);
    }
    migrationOf("foreign-1", "kvm-b");
    assertSameRefusal(
        request("foreign-1", "kvm-b"), request("foreign-2", "kvm-b"), "foreign-1", "foreign-2");
    hosts().show("kvm-a", foreign, DomainState.SHUTOFF_SHUTDOWN);
  }

  private static String fromA(String request) {
    return request.replace("{\"domain\"", "{\"source\":\"kvm-a\",\"domain\"");
  }

  private void assertSameRefusal(String one, String other, String oneName, String otherName) {
    for (String uri : List.of("/v1/migrations", "/v1/migration-plans")) {
      MvcTestResult refused = tenantPosts(uri, one);
      assertProblem(refused, 422, "domain-not-found", "#/domain");
      assertThat(body(refused).toString().replace(oneName, otherName))
          .isEqualTo(body(tenantPosts(uri, other)).toString());
    }
  }

  @Test
  void aForeignHostIsNoDestinationForIt() {
    MvcTestResult foreignHost = tenantPosts("/v1/migrations", request("own-1", "kvm-c"));
    assertProblem(foreignHost, 422, "destination-not-allowed", "#/destUri");
    assertThat(body(foreignHost))
        .isEqualTo(body(tenantPosts("/v1/migrations", request("own-1", "nowhere"))));
  }

  @Test
  void aForeignHostIsNoSourceForIt() {
    hosts().put("kvm-c", Domains.running("own-2", Domains.ownDisk("own-2", "vda")));
    assertProblem(
        tenantPosts("/v1/migrations", request("own-2", "kvm-b")), 422, "domain-not-found", null);
    assertProblem(
        tenantPosts(
            "/v1/migrations", request("own-2", "kvm-b").replace("{", "{\"source\":\"kvm-c\",")),
        422,
        "host-not-found",
        "#/source");
  }

  @Test
  void seesItsOwnHostsAndOnThemItsOwnGuests() {
    assertThat(names(body(tenantGets("/v1/hosts")), "/name")).containsExactly("kvm-a", "kvm-b");
    assertProblem(tenantGets("/v1/hosts/kvm-c"), 404, "host-not-found", null);
    assertProblem(tenantGets("/v1/hosts/kvm-c/domains"), 404, "host-not-found", null);
    assertThat(names(body(tenantGets("/v1/hosts/kvm-a/domains")), "/name"))
        .containsExactly("own-1");
    assertThat(tenantGets("/v1/hosts/kvm-a/domains/own-1")).hasStatusOk();
    for (String foreigner : List.of("foreign-1", foreign.uuid().toString())) {
      assertProblem(
          tenantGets("/v1/hosts/kvm-a/domains/" + foreigner), 404, "domain-not-found", null);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"foreign-2", "own", "OWN-1"})
  void doesNotGiveAGuestANameThatIsNotItsOwn(String name) {
    String renamed =
        request("own-1", "kvm-b")
            .replace("}", ",\"options\":{\"destinationName\":\"%s\"}}".formatted(name));
    assertProblem(
        tenantPosts("/v1/migrations", renamed), 403, "forbidden", "#/options/destinationName");
  }

  @Test
  void isNotToldWhichNameSomebodyElseGaveItsGuest() {
    String renamed =
        request("own-1", "kvm-b").replace("}", ",\"options\":{\"destinationName\":\"foreign-7\"}}");
    MvcTestResult started = post("/v1/migrations", renamed);
    assertThat(started).hasStatus(202);
    assertThat(text(started)).contains("foreign-7");
    MvcTestResult told = tenantGets("/v1/migrations/" + body(started).get("id").asString());
    assertThat(told).hasStatusOk();
    assertThat(text(told)).contains("migrate_disks").doesNotContain("foreign-7");
  }

  private static String text(MvcTestResult result) {
    return body(result).toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"listenAddress\":\"0.0.0.0\"", "\"disksPort\":5900"})
  void doesNotChooseWhereHostsListen(String option) {
    String field = option.substring(1, option.indexOf(':') - 1);
    assertProblem(
        tenantPosts("/v1/migrations", with("\"options\":{" + option + "}")),
        403,
        "forbidden",
        "#/options/" + field);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/migrations", "/v1/migration-plans"})
  void doesNotWriteOverWhatMayBeAnothersAndNoHostIsAskedForThat(String address) {
    hosts().cutOff("kvm-a");
    hosts().cutOff("kvm-b");
    assertProblem(
        tenantPosts(address, with("\"options\":{\"overwrite\":\"ANY\"}")),
        403,
        "forbidden",
        "#/options/overwrite");
  }

  @Test
  void doesNotNameAnImageThatIsThereAlready() {
    volumes().pool("kvm-b", new StoragePool("images", "dir", "/srv", 1L << 40));
    String moving = moving("own-1-x.raw");
    JsonNode free = body(tenantPosts("/v1/migration-plans", moving));
    assertThat(free.get("possible").asBoolean()).isTrue();
    image("own-1-x.raw");
    assertProblem(tenantPosts("/v1/migration-plans", moving), 403, "forbidden", "#/volumes/vda");
    assertThat(body(post("/v1/migration-plans", moving)).get("possible").asBoolean()).isTrue();
  }

  /** Whether or not there is one. */
  @ParameterizedTest
  @ValueSource(strings = {"x.raw", "foreign-1-vda.raw", "own.raw", "ownership", "own"})
  void doesNotNameAnImageThatIsNotEvidentlyItsOwn(String name) {
    volumes().pool("kvm-b", new StoragePool("images", "dir", "/srv", 1L << 40));
    for (int there = 0; there <= 1; there++) {
      for (String uri : List.of("/v1/migrations", "/v1/migration-plans")) {
        assertProblem(tenantPosts(uri, moving(name)), 403, "forbidden", "#/volumes/vda/name");
      }
      image(name);
    }
  }

  /** It is called vda.raw at the source, as images of others may be elsewhere. */
  @Test
  void bringsNoNameAlongThatIsNotEvidentlyItsOwn() {
    volumes().pool("kvm-b", new StoragePool("images", "dir", "/elsewhere", 1L << 40));
    assertProblem(
        tenantPosts("/v1/migrations", with("\"volumes\":{\"vda\":{\"pool\":\"images\"}}")),
        403,
        "forbidden",
        "#/volumes/vda/name");
  }

  private static String moving(String name) {
    return with("\"volumes\":{\"vda\":{\"pool\":\"images\",\"name\":\"%s\"}}".formatted(name));
  }

  private void image(String name) {
    volumes()
        .volume(
            "kvm-b",
            new StorageVolume(
                "images",
                name,
                "/srv/" + name,
                "raw",
                64L << 20,
                0,
                0,
                null,
                null,
                false,
                null,
                null));
  }

  @Test
  void isToldThatItsPlaceIsTakenAndNotByWhom() {
    volumes().pool("kvm-b", new StoragePool("images", "dir", "/srv", 1L << 40));
    DomainDescription holder = Domains.running("foreign-9", Domains.disk("vda"));
    hosts().put("kvm-b", holder);
    String wish = request("own-1", "kvm-b");
    MvcTestResult refused = tenantPosts("/v1/migrations", wish);
    assertProblem(refused, 422, "destination-storage", "#/disks/0");
    JsonNode plan = body(tenantPosts("/v1/migration-plans", wish));
    assertThat(plan.get("possible").asBoolean()).isFalse();
    assertThat(plan.toString() + body(refused))
        .contains("bound")
        .doesNotContain(holder.uuid().toString(), "belongs", "images");
    assertThat(body(post("/v1/migration-plans", wish)).toString())
        .contains("belongs to the domain " + holder.uuid());
  }

  @Test
  void isToldThatWhatItsGuestOpensIsTakenAndNotByWhom() {
    String serial = "<serial type='unix'><source mode='bind' path='/run/c'/></serial>";
    UUID holder = UUID.randomUUID();
    hosts().describe(own.uuid(), "<domain><devices>%s</devices></domain>".formatted(serial));
    hosts().define("kvm-b", holder, "<domain><devices>%s</devices></domain>".formatted(serial));
    String wish = request("own-1", "kvm-b");
    assertProblem(tenantPosts("/v1/migrations", wish), 422, "destination-conflict", "#/destUri");
    assertThat(body(tenantPosts("/v1/migration-plans", wish)).toString())
        .contains("destination-conflict")
        .doesNotContain(holder.toString(), "belongs");
    assertThat(body(post("/v1/migration-plans", wish)).toString()).contains(holder.toString());
  }

  /** The pool that hangs may be another's. */
  @Test
  void isNotToldThatAPoolHangsOfWhichItKnowsNothing() {
    volumes().hideWhatHangs("kvm-a");
    assertThat(tenantGets("/v1/hosts/kvm-a/domains/own-1"))
        .bodyJson()
        .extractingPath("$.disks[0].reason")
        .isEqualTo("its host did not answer in time");
    assertThat(tenantGets("/v1/hosts/kvm-a/domains"))
        .bodyJson()
        .extractingPath("$.items[0].disks[0].reason")
        .isEqualTo("its host did not answer in time");
  }

  /** A snapshot's name, or a pool's: what libvirt says when it was asked for all that there is. */
  @Test
  void isNotToldLibvirtsWordsAboutOthers() {
    volumes().pool("kvm-b", new StoragePool("images", "dir", "/srv", 1L << 40));
    hosts().refuseToNameFiles(new LibvirtFailure(1, 10, "no domain 'nightly-of-others'"));
    MvcTestResult refused = tenantPosts("/v1/migration-plans", request("own-1", "kvm-b"));
    assertThat(refused).hasStatus(502);
    assertThat(body(refused).toString()).doesNotContain("nightly").contains("bound");
    assertThat(body(post("/v1/migration-plans", request("own-1", "kvm-b"))).toString())
        .contains("nightly-of-others");
    hosts().reset();
    hosts().put("kvm-a", own);
    volumes().hang("kvm-b", "images");
    volumes().hideWhatHangs("kvm-b");
    assertThat(body(tenantPosts("/v1/migration-plans", request("own-1", "kvm-b"))).toString())
        .doesNotContain("does not answer");
  }

  /** Somebody takes the place while the migration waits for a slot. */
  @Test
  void isNotToldByTheErrorOfItsMigrationWhoHasThePlace() {
    volumes().pool("kvm-b", new StoragePool("images", "dir", "/srv", 1L << 40));
    for (int slot = 1; slot <= 2; slot++) {
      hosts().put("kvm-a", Domains.running("slot-" + slot, Domains.ownDisk("slot-" + slot, "vda")));
      migrationOf("slot-" + slot, "kvm-b");
    }
    await().until(() -> hosts().made().size() == 2);
    MvcTestResult started = tenantPosts("/v1/migrations", request("own-1", "kvm-b"));
    assertThat(started).hasStatus(202);
    DomainDescription holder = Domains.running("foreign-9", Domains.disk("vda"));
    hosts().put("kvm-b", holder);
    hosts().rollBackTo("kvm-a");
    String path = "/v1/migrations/" + body(started).get("id").asString();
    await().until(() -> get(path).get("state").asString().equals("FAILED"));
    assertThat(get(path).at("/error/detail").asString()).contains(holder.uuid().toString());
    for (String at : List.of(path, path + "/history", "/v1/migrations?limit=200")) {
      assertThat(body(tenantGets(at)).toString())
          .doesNotContain(holder.uuid().toString(), "belongs");
    }
    assertThat(body(tenantGets(path)).at("/error/type").asString())
        .endsWith(":destination-storage");
    var ended = queries.find(UUID.fromString(body(started).get("id").asString())).orElseThrow();
    assertThat(callbacks.of(ended).toString())
        .contains("The destination's storage can't take it")
        .doesNotContain(holder.uuid().toString(), "belongs");
  }

  @Test
  void isToldNoPoolsAndNoFiguresOfThem() {
    volumes().pool("kvm-b", new StoragePool("images", "dir", "/srv", 1L << 40));
    JsonNode plan = body(tenantPosts("/v1/migration-plans", request("own-1", "kvm-b")));
    assertThat(plan.get("possible").asBoolean()).isTrue();
    assertThat(plan.at("/disks/0/volume/poolFreeBytes").isNull()).isTrue();
    assertThat(
            body(post("/v1/migration-plans", request("own-1", "kvm-b")))
                .at("/disks/0/volume/poolFreeBytes")
                .asLong())
        .isEqualTo(1L << 40);
    volumes().pool("kvm-b", new StoragePool("tiny-of-others", "dir", "/tiny", 5));
    for (String pool : List.of("nowhere", "tiny-of-others")) {
      String wish =
          with("\"volumes\":{\"vda\":{\"pool\":\"%s\",\"name\":\"own-1.raw\"}}".formatted(pool));
      assertThat(body(tenantPosts("/v1/migration-plans", wish)).get("problems").toString())
          .contains("destination-storage")
          .doesNotContain("images", "tiny", "5 ");
    }
  }

  @Test
  void countsOnlyWhatItSeesAtItsHosts() {
    migrationOf("foreign-1", "kvm-b");
    await().until(() -> get("/v1/hosts/kvm-a").get("outgoing").asInt() == 1);
    for (String host : List.of("kvm-a", "kvm-b")) {
      JsonNode seen = body(tenantGets("/v1/hosts/" + host));
      assertThat(seen.get("outgoing").asInt() + seen.get("incoming").asInt()).isZero();
    }
    assertThat(tenantPosts("/v1/migrations", request("own-1", "kvm-b"))).hasStatus(202);
    await().until(() -> body(tenantGets("/v1/hosts/kvm-b")).get("incoming").asInt() == 1);
  }

  private static String with(String more) {
    return request("own-1", "kvm-b").replace("}", "," + more + "}");
  }

  @Test
  void aKeyOfAnotherCallerIsNotItsKey() {
    String body = request("own-1", "kvm-b");
    MvcTestResult first =
        http.post()
            .uri("/v1/migrations")
            .contentType(MediaType.APPLICATION_JSON)
            .content(body)
            .header("Idempotency-Key", "the-same-for-both")
            .exchange();
    assertThat(first).hasStatus(202);
    MvcTestResult second =
        http.post()
            .uri("/v1/migrations")
            .contentType(MediaType.APPLICATION_JSON)
            .content(body)
            .header("Idempotency-Key", "the-same-for-both")
            .header("Authorization", "Bearer tenant")
            .exchange();
    assertProblem(second, 409, "migration-in-progress", null);
  }

  /** The key is its own, from a time when its scope was wider. */
  @Test
  void aKeyShowsNothingThatHasLeftTheScopeSince() {
    String body = request("foreign-1", "kvm-b");
    MvcTestResult first =
        http.post()
            .uri("/v1/migrations")
            .contentType(MediaType.APPLICATION_JSON)
            .content(body)
            .header("Idempotency-Key", "narrowed")
            .exchange();
    assertThat(first).hasStatus(202);
    sql.sql("update idempotency set caller = 'token:tenant' where client_key = 'narrowed'")
        .update();
    assertProblem(withKey("narrowed", body), 422, "domain-not-found", "#/domain");
    MvcTestResult other = withKey("narrowed", request("own-1", "kvm-b"));
    assertProblem(other, 422, "idempotency-conflict", "Idempotency-Key");
    assertThat(body(other).toString()).doesNotContain(body(first).get("id").asString());
  }

  private MvcTestResult withKey(String key, String body) {
    return http.post()
        .uri("/v1/migrations")
        .contentType(MediaType.APPLICATION_JSON)
        .content(body)
        .header("Idempotency-Key", key)
        .header("Authorization", "Bearer tenant")
        .exchange();
  }

  /** Between hosts that it does not see; its own host has the same guest. */
  @Test
  void hearsOfNoMigrationThatItDoesNotSee() {
    hosts().put("kvm-c", own);
    hosts().show("kvm-a", own, DomainState.SHUTOFF_SHUTDOWN);
    MvcTestResult elsewhere =
        post("/v1/migrations", request("own-1", "kvm-d").replace("{", "{\"source\":\"kvm-c\","));
    assertThat(elsewhere).hasStatus(202);
    hosts().put("kvm-a", own);
    MvcTestResult refused =
        tenantPosts(
            "/v1/migrations", request("own-1", "kvm-b").replace("{", "{\"source\":\"kvm-a\","));
    assertProblem(refused, 409, "migration-in-progress", "#/domain");
    await()
        .until(() -> {
          hosts().rollBackTo("kvm-c");
          return get("/v1/migrations/" + body(elsewhere).get("id").asString())
              .get("state")
              .asString()
              .equals("FAILED");
        });
    assertThat(body(refused).has("migration")).isFalse();
    assertThat(body(refused).toString()).doesNotContain(body(elsewhere).get("id").asString());
  }

  @Test
  void mayNotReadTheAudit() {
    assertProblem(tenantGets("/v1/audit"), 403, "forbidden", null);
  }
}
