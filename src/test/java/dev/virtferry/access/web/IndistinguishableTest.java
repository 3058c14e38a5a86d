package dev.virtferry.access.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.BesideOthers;
import dev.virtferry.ServiceTest;
import dev.virtferry.libvirt.DomainControl;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainJobs;
import dev.virtferry.libvirt.DomainQueries;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.FakeHypervisor;
import dev.virtferry.libvirt.FakeStorage;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.context.bean.override.convention.TestBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Two tenants on one pair of hosts. One asks everything that the API knows, once alone on the hosts
 * and once beside the other one: each answer is the same, and so is what the hosts were asked for
 * it, so that the time of an answer tells no more than its words.
 */
@ServiceTest
@TestPropertySource(
    properties = {
      "ferry.access.tokens[1].name=tenant",
      // The hash of the word "tenant".
      "ferry.access.tokens[1].sha256=e9da86d351cf9a7642d8c50195c3f466220911a15c177809bd1161a51e8c5f24",
      "ferry.access.tokens[1].role=admin",
      "ferry.access.tokens[1].domains=own-*",
      "ferry.access.tokens[1].hosts=kvm-a,kvm-b",
      "ferry.access.tokens[2].name=bound",
      // The hash of the word "bound".
      "ferry.access.tokens[2].sha256=5e1cf42878df58fea7bfa45b715b7832d889092ad23e802e63912b1bfd205630",
      "ferry.access.tokens[2].role=admin",
      "ferry.access.tokens[2].domains=own-*",
    })
@BesideOthers
class IndistinguishableTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final FakeHypervisor HOSTS = new FakeHypervisor();
  private static final FakeStorage VOLUMES = new FakeStorage();

  /** What hosts were asked by the request of this thread, and by those that it started. */
  private static final InheritableThreadLocal<List<String>> ASKED = new InheritableThreadLocal<>();

  private static final Pattern OPERATION = Pattern.compile("(?m)^ +operationId: (\\w+)$");
  private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z");
  private static final Pattern OF_THE_SERVICE =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}");

  private static final String MIGRATION = "{theirs}";
  private static final String FOREIGN = "f0000000-0000-4000-8000-000000000001";

  @TestBean Hypervisor hypervisor;
  @TestBean Storage storage;

  @Autowired private AuditTrail trail;
  @Autowired private MockMvcTester http;
  @Autowired private JdbcClient sql;

  private final DomainDescription own =
      Domains.running("own-1", Domains.ownDisk("own-1", "vda"), Domains.disk("vdb"));

  static Hypervisor hypervisor() {
    return new Hypervisor(
        recorded(DomainQueries.class, HOSTS),
        recorded(DomainJobs.class, HOSTS),
        recorded(DomainControl.class, HOSTS));
  }

  static Storage storage() {
    return recorded(Storage.class, VOLUMES);
  }

  private static <T> T recorded(Class<T> type, T port) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> {
              List<String> asked = ASKED.get();
              if (asked != null && method.getDeclaringClass() != Object.class) {
                asked.add(
                    Stream.of(arguments)
                        .map(a -> a instanceof HostAddress host ? host.name() : String.valueOf(a))
                        .collect(Collectors.joining(" ", method.getName() + " ", "")));
              }
              try {
                return method.invoke(port, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            }));
  }

  /**
   * A request of the tenant.
   *
   * @param operation of the description, or none of it
   * @param headers each as {@code name: value}
   */
  private record Question(
      String operation, String method, String path, String body, List<String> headers) {

    static Question get(String operation, String path, String... headers) {
      return new Question(operation, "GET", path, "", List.of(headers));
    }

    static Question post(String operation, String path, String body, String... headers) {
      return new Question(operation, "POST", path, body, List.of(headers));
    }

    @Override
    public String toString() {
      return "%s %s %s %s".formatted(method, path, body, headers);
    }
  }

  /** What came of one: all that the tenant sees, and how long it may have taken. */
  private record Answer(int status, String headers, String body, List<String> asked) {}

  /** For each operation what could tell of the other tenant; a new one needs its row. */
  private static List<Question> questions() {
    String at = "/v1/migrations/" + MIGRATION;
    return Stream.of(
            Stream.of(
                Question.get("getCaller", "/v1/caller"),
                Question.get("listHosts", "/v1/hosts"),
                Question.get("getHost", "/v1/hosts/kvm-a"),
                Question.get("getHost", "/v1/hosts/kvm-b"),
                Question.get("listDomains", "/v1/hosts/kvm-a/domains"),
                Question.get("listDomains", "/v1/hosts/kvm-b/domains"),
                Question.get("getDomain", "/v1/hosts/kvm-a/domains/own-1"),
                Question.get("getDomain", "/v1/hosts/kvm-a/domains/foreign-1"),
                Question.get("getDomain", "/v1/hosts/kvm-a/domains/" + FOREIGN),
                Question.get("getDomain", "/v1/hosts/kvm-b/domains/foreign-2"),
                Question.get("listMigrations", "/v1/migrations?limit=200"),
                Question.get("listMigrations", "/v1/migrations?limit=1"),
                Question.get("listMigrations", "/v1/migrations?domain=foreign-1"),
                Question.get("listMigrations", "/v1/migrations?domain=" + FOREIGN),
                Question.get("listMigrations", "/v1/migrations?source=kvm-a&state=MIGRATING"),
                Question.get("getMigration", at),
                Question.get("getMigration", at, "If-None-Match: \"1-1\""),
                Question.get("getMigration", at, "If-None-Match: \"1-1\"", "Prefer: wait=1"),
                Question.get("getMigrationHistory", at + "/history"),
                Question.get("watchMigration", at + "/events"),
                Question.get("getMigrationDeliveries", at + "/deliveries"),
                Question.get("listAudit", "/v1/audit"),
                Question.get("listAudit", "/v1/audit?domain=foreign-1"),
                Question.get("listAudit", "/v1/audit?caller=token:test"),
                Question.get("listAudit", "/v1/audit?migration=" + MIGRATION),
                Question.get("none", "/actuator/prometheus"),
                Question.post("cancelMigration", at + "/cancel", ""),
                Question.post("cancelMigration", at + "/cancel", "", "If-Match: *"),
                Question.post("cancelMigration", at + "/cancel", "", "If-Match: \"9-9\""),
                Question.post("completeMigration", at + "/complete", "{\"by\":\"SUSPEND\"}"),
                Question.post("resumePostCopy", at + "/resume-post-copy", ""),
                Question.post("resolveMigration", at + "/resolve", "{\"reason\":\"x\"}"),
                new Question(
                    "retuneMigration",
                    "PATCH",
                    at,
                    "{\"options\":{\"bandwidthMiBps\":5}}",
                    List.of())),
            wishes()
                .flatMap(wish ->
                    Stream.of(
                        Question.post("planMigration", "/v1/migration-plans", wish),
                        Question.post("startMigration", "/v1/migrations", wish))),
            Stream.of(
                Question.post("planMigration", "/v1/migration-plans", wish("own-1", "")),
                Question.post(
                    "startMigration",
                    "/v1/migrations",
                    wish("foreign-1", ""),
                    "Idempotency-Key: theirs"),
                Question.post(
                    "startMigration",
                    "/v1/migrations",
                    wish("own-1", ""),
                    "Idempotency-Key: theirs")))
        .flatMap(all -> all)
        .toList();
  }

  /** Each of them refused. */
  private static Stream<String> wishes() {
    return Stream.of(
        wish("foreign-1", ""),
        wish(FOREIGN, ""),
        wish("foreign-1", ",\"source\":\"kvm-a\""),
        wish(FOREIGN, ",\"source\":\"kvm-a\""),
        wish("foreign-2", ",\"source\":\"kvm-b\""),
        wish("foreign-3", ""),
        wish("own-1", ",\"options\":{\"destinationName\":\"foreign-1\"}"),
        wish("own-1", place("\"pool\":\"images\",\"name\":\"foreign-1-vda.raw\"")),
        wish("own-1", place("\"pool\":\"images\",\"name\":\"foreign-2.raw\"")),
        wish("own-1", place("\"pool\":\"images\",\"name\":\"../foreign-2.raw\"")),
        wish("own-1", ",\"volumes\":{\"vdb\":{\"pool\":\"images\"}}"),
        wish("own-1", place("\"pool\":\"nowhere\"")),
        wish("own-1", place("\"pool\":\"nowhere\",\"name\":\"own-1-x.raw\"")));
  }

  private static String wish(String domain, String more) {
    return "{\"domain\":\"%s\",\"destUri\":\"qemu+tls://kvm-b/system\",\"disks\":[\"vda\",\"vdb\"]%s}"
        .formatted(domain, more);
  }

  private static String place(String where) {
    return ",\"volumes\":{\"vda\":{%s}}".formatted(where);
  }

  @Test
  void everyOperationOfTheDescriptionIsAsked() throws IOException {
    assertThat(questions().stream().map(Question::operation).filter(o -> !o.equals("none")))
        .hasSameElementsAs(
            OPERATION
                .matcher(Files.readString(Path.of("openapi.yaml")))
                .results()
                .map(found -> found.group(1))
                .toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tenant", "bound"})
  void nothingTellsOfTheOtherTenant(String token) {
    onlyTheTenant(token);
    Map<Question, Answer> alone = answers(token, UUID.randomUUID().toString());
    nothingGoesOn();
    onlyTheTenant(token);
    Map<Question, Answer> beside = answers(token, theOtherOne());
    var softly = new SoftAssertions();
    alone.forEach((question, answer) ->
        softly.assertThat(beside.get(question)).as(question.toString()).isEqualTo(answer));
    softly.assertAll();
    assertThat(beside.values().stream().flatMap(answer -> answer.asked().stream()))
        .as("what a host answers later for a domain that it has than for one that it has not")
        .filteredOn(call -> call.contains("foreign-") || call.contains(FOREIGN))
        .allMatch(call -> call.startsWith("name "))
        .isNotEmpty();
    assertThat(alone.values().stream().map(Answer::status).collect(Collectors.toSet()))
        .as("both what is told and what is refused")
        .contains(200, 202, 403, 404, 422);
    assertThat(alone.values().stream().map(Answer::asked))
        .as("what hosts are asked is seen")
        .anySatisfy(asked -> assertThat(asked).hasSizeGreaterThan(5));
  }

  /** With one migration that has ended. */
  private void onlyTheTenant(String token) {
    sql.sql("delete from migration").update();
    trail.settle();
    sql.sql("delete from audit").update();
    HOSTS.reset();
    VOLUMES.reset();
    HOSTS.put("kvm-a", own);
    pools(1L << 40);
    MvcTestResult started =
        ask(token, Question.post("", "/v1/migrations", wish("own-1", ",\"priority\":1")));
    assertThat(started).hasStatus(202);
    await().until(() -> !HOSTS.made().isEmpty());
    nothingGoesOn();
    HOSTS.reset();
    HOSTS.put("kvm-a", own);
    pools(1L << 40);
  }

  private static void pools(long freeBytes) {
    VOLUMES.reset();
    for (String host : List.of("kvm-a", "kvm-b")) {
      VOLUMES.pool(host, new StoragePool("images", "dir", "/srv/images", freeBytes));
      VOLUMES.pool(host, new StoragePool("own", "dir", "/srv", freeBytes));
    }
  }

  /**
   * Guests, images and bytes on both hosts, a migration under way and another that waits.
   *
   * @return the id of the former
   */
  private String theOtherOne() {
    pools(1L << 39);
    for (int i = 1; i <= 6; i++) {
      String name = "foreign-" + i;
      DomainDescription guest = Domains.running(name, Domains.ownDisk("images/" + name, "vda"));
      DomainDescription known =
          i == 1
              ? new DomainDescription(
                  name,
                  UUID.fromString(FOREIGN),
                  null,
                  guest.state(),
                  true,
                  false,
                  guest.memoryBytes(),
                  guest.machine(),
                  guest.disks(),
                  true)
              : guest;
      String host = i % 2 == 1 ? "kvm-a" : "kvm-b";
      if (i == 3) {
        HOSTS.show(host, known, DomainState.SHUTOFF_SHUTDOWN);
      } else {
        HOSTS.put(host, known);
      }
      image(host, name + "-vda.raw");
    }
    image("kvm-b", "foreign-2.raw");
    image("kvm-b", "vdb.raw");
    String id = theirs("foreign-1", "theirs");
    await().until(() -> !HOSTS.made().isEmpty());
    theirs("foreign-5", "theirs-too");
    assertThat(http.post().uri("/v1/migrations/" + id + "/cancel").exchange()).hasStatus(202);
    await().until(() -> seenByAll("/v1/hosts/kvm-a").get("outgoing").asInt() > 0);
    return id;
  }

  private String theirs(String domain, String key) {
    MvcTestResult started =
        http.post()
            .uri("/v1/migrations")
            .contentType("application/json")
            .header("Idempotency-Key", key)
            .content(
                "{\"domain\":\"%s\",\"destUri\":\"qemu+tls://kvm-b/system\",\"disks\":[\"vda\"]}"
                    .formatted(domain))
            .exchange();
    assertThat(started).hasStatus(202);
    return JSON.readTree(content(started)).get("id").asString();
  }

  private static void image(String host, String name) {
    VOLUMES.volume(
        host,
        new StorageVolume(
            "images",
            name,
            "/srv/images/" + name,
            "qcow2",
            17L << 20,
            5,
            0,
            null,
            null,
            false,
            null,
            null));
  }

  private Map<Question, Answer> answers(String token, String theirs) {
    Map<Question, Answer> answers = new LinkedHashMap<>();
    for (Question question : questions()) {
      List<String> asked = new CopyOnWriteArrayList<>();
      ASKED.set(asked);
      MvcTestResult result;
      try {
        result =
            ask(
                token,
                new Question(
                    question.operation(),
                    question.method(),
                    question.path().replace(MIGRATION, theirs),
                    question.body(),
                    question.headers()));
      } finally {
        ASKED.remove();
      }
      answers.put(question, answer(result, theirs, asked));
    }
    return answers;
  }

  private Answer answer(MvcTestResult result, String theirs, List<String> asked) {
    var response = result.getResponse();
    String headers =
        new TreeSet<>(response.getHeaderNames())
            .stream()
                .map(name -> name + ": " + response.getHeaders(name))
                .collect(Collectors.joining("\n"));
    return new Answer(
        response.getStatus(),
        shown(headers, theirs),
        shown(content(result), theirs),
        // Hosts are asked side by side.
        asked.stream().sorted().toList());
  }

  private static String content(MvcTestResult result) {
    return new String(result.getResponse().getContentAsByteArray(), UTF_8);
  }

  private JsonNode seenByAll(String uri) {
    return JSON.readTree(content(http.get().uri(uri).exchange()));
  }

  /** Without what no two answers have in common. */
  private static String shown(String text, String theirs) {
    String known = text.replace(theirs, MIGRATION);
    return OF_THE_SERVICE.matcher(TIME.matcher(known).replaceAll("TIME")).replaceAll("ID");
  }

  private MvcTestResult ask(String token, Question question) {
    var request =
        http.method(HttpMethod.valueOf(question.method()))
            .uri(question.path())
            .header("Authorization", "Bearer " + token)
            .header(
                "Content-Type",
                question.method().equals("PATCH")
                    ? "application/merge-patch+json"
                    : "application/json")
            .content(question.body());
    for (String header : question.headers()) {
      String[] parts = header.split(": ", 2);
      request.header(parts[0], parts[1]);
    }
    return request.exchange();
  }

  @AfterEach
  void nothingGoesOn() {
    await()
        .until(() -> {
          HOSTS.rollBackTo("kvm-a");
          return Arrays.asList("QUEUED", "PREPARING", "MIGRATING", "FINISHING", "RECOVERING")
              .stream()
              .allMatch(state -> seenByAll("/v1/migrations?state=" + state).get("items").isEmpty());
        });
  }
}
