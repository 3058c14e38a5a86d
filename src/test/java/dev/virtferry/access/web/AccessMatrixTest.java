package dev.virtferry.access.web;

import static dev.virtferry.access.Role.ADMIN;
import static dev.virtferry.access.Role.OPERATOR;
import static dev.virtferry.access.Role.VIEWER;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.ApiTest;
import dev.virtferry.BesideOthers;
import dev.virtferry.access.Role;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.migration.MigrationSnapshot;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.HttpMethod;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

/** Every call by every role, and with every spelling of what it is about. */
@TestPropertySource(
    properties = {
      "ferry.access.tokens[0].name=viewer",
      // The hashes of the words "viewer", "operator" and "admin".
      "ferry.access.tokens[0].sha256=d35ca5051b82ffc326a3b0b6574a9a3161dee16b9478a199ee39cd803ce5b799",
      "ferry.access.tokens[0].role=viewer",
      "ferry.access.tokens[1].name=operator",
      "ferry.access.tokens[1].sha256=06e55b633481f7bb072957eabcf110c972e86691c3cfedabe088024bffe42f23",
      "ferry.access.tokens[1].role=operator",
      "ferry.access.tokens[2].name=admin",
      "ferry.access.tokens[2].sha256=8c6976e5b5410415bde908bd4dee15dfb167a9c873fc4bb8a81f6f2ab448a918",
      "ferry.access.tokens[2].role=admin",
      "ferry.access.tokens[3].name=bound",
      // The hash of the word "bound".
      "ferry.access.tokens[3].sha256=5e1cf42878df58fea7bfa45b715b7832d889092ad23e802e63912b1bfd205630",
      "ferry.access.tokens[3].role=admin",
      "ferry.access.tokens[3].hosts=kvm-a",
      "ferry.rate.failures=100000",
      "ferry.limits.total=1",
    })
@BesideOthers
class AccessMatrixTest extends ApiTest {

  private static final AtomicInteger guests = new AtomicInteger();
  private static final String ONE = "/v1/migrations/{id}";

  /** The least role that may make a call. */
  private static final Map<String, Role> LEAST =
      Map.ofEntries(
          entry("GET /v1/caller", VIEWER),
          entry("GET /v1/migrations", VIEWER),
          entry("GET " + ONE, VIEWER),
          entry("GET " + ONE + "/history", VIEWER),
          entry("GET " + ONE + "/events", VIEWER),
          entry("GET " + ONE + "/deliveries", VIEWER),
          entry("GET /v1/hosts", VIEWER),
          entry("GET /v1/hosts/{host}", VIEWER),
          entry("GET /v1/hosts/{host}/domains", VIEWER),
          entry("GET /v1/hosts/{host}/domains/{domain}", VIEWER),
          entry("POST /v1/migration-plans", VIEWER),
          entry("POST /v1/migrations", OPERATOR),
          entry("PATCH " + ONE, OPERATOR),
          entry("POST " + ONE + "/cancel", OPERATOR),
          entry("POST " + ONE + "/complete", OPERATOR),
          entry("POST " + ONE + "/resume-post-copy", OPERATOR),
          entry("POST " + ONE + "/resolve", ADMIN),
          entry("GET /v1/audit", ADMIN));

  @Autowired private AuditTrail trail;

  @Autowired
  @Qualifier("requestMappingHandlerMapping")
  private RequestMappingHandlerMapping mappings;

  @Test
  void noCallIsLeftOut() {
    Set<String> known = new TreeSet<>();
    mappings
        .getHandlerMethods()
        .keySet()
        .forEach(call ->
            call.getPatternValues().stream()
                .filter(path -> path.startsWith("/v1/"))
                .forEach(path ->
                    call.getMethodsCondition()
                        .getMethods()
                        .forEach(method -> known.add(method + " " + path))));
    assertThat(known).isEqualTo(new TreeSet<>(LEAST.keySet()));
  }

  /** It answers without a body, and does all that the other does. */
  @ParameterizedTest(name = "{0} by {1}")
  @MethodSource("callsByRoles")
  void aHeadIsForNobodyElseThanAGet(String call, @Nullable Role role, Role least) {
    String[] words = call.split(" ", 2);
    if (words[0].equals("GET") && (role == null || role.compareTo(least) < 0)) {
      assertThat(made("HEAD", words[1], role)).hasStatus(role == null ? 401 : 403);
    }
  }

  static Stream<Arguments> callsByRoles() {
    return LEAST.entrySet().stream()
        .flatMap(call ->
            Stream.concat(Stream.<@Nullable Role>of((Role) null), Arrays.stream(Role.values()))
                .map(role -> Arguments.of(call.getKey(), role, call.getValue())));
  }

  @ParameterizedTest(name = "{0} by {1}")
  @MethodSource("callsByRoles")
  void aCallIsForItsRoleAndThoseAboveIt(String call, @Nullable Role role, Role least) {
    String[] words = call.split(" ", 2);
    MvcTestResult answer = made(words[0], words[1], role);
    int status = answer.getResponse().getStatus();
    if (role == null) {
      assertProblem(answer, 401, "unauthorized", null);
      assertThat(answer).headers().hasValue("WWW-Authenticate", "Bearer");
    } else if (role.compareTo(least) < 0) {
      assertProblem(answer, 403, "forbidden", null);
    } else {
      assertThat(status).isNotIn(401, 403, 500);
    }
  }

  private MvcTestResult made(String method, String path, @Nullable Role role) {
    String uri =
        path.replace("{id}", "0199aaaa-0000-7000-8000-000000000000")
            .replace("{host}", "kvm-a")
            .replace("{domain}", "web-01");
    var request =
        http.method(HttpMethod.valueOf(method))
            .uri(uri)
            .contentType(
                method.equals("PATCH") ? "application/merge-patch+json" : "application/json")
            .content("{}")
            .header(
                "Authorization",
                role == null ? "none" : "Bearer " + role.name().toLowerCase(java.util.Locale.ROOT));
    return request.exchange();
  }

  /** Each was taken for the id itself by some parser of Java, of Spring or of a database. */
  private static final List<String> OTHER_SPELLINGS =
      List.of(
          "%20{id}",
          "{id}%20",
          "%09{id}",
          "{id}%09",
          "%0b{id}",
          "{id}%0b",
          "%0c{id}",
          "%1c{id}",
          "{id}%1c",
          "%1f{id}",
          "{id}%1f",
          "%C2%A0{id}",
          "%E2%80%83{id}",
          "%EF%BB%BF{id}",
          "%7B{id}%7D",
          "urn:uuid:{id}",
          "0{id}",
          "{id}0",
          "{short}",
          "{plain}",
          "%20",
          "x");

  static Stream<Arguments> callsWithAnIdByItsSpellings() {
    return LEAST.keySet().stream()
        .filter(call -> call.contains("{id}"))
        .flatMap(call -> OTHER_SPELLINGS.stream().map(spelling -> Arguments.of(call, spelling)));
  }

  @ParameterizedTest(name = "{0} with {1}")
  @MethodSource("callsWithAnIdByItsSpellings")
  void anIdThatIsSpeltInAnotherWayIsNobodys(String call, String spelling) {
    String id = foreignMigration();
    for (String token : List.of("bound", "admin")) {
      assertProblem(called(call, spelt(spelling, id), token), 404, "migration-not-found", null);
    }
    assertThat(read("/v1/migrations/" + id).get("state").asString()).isEqualTo("QUEUED");
  }

  /** Nothing behind the firewall sees these. */
  @ParameterizedTest
  @ValueSource(strings = {"%0a{id}", "{id}%0d", "%00{id}", "{id}%00", "{id}%2f", "..%2f{id}"})
  void anIdWithWhatNoAddressHasIsNobodysRequest(String spelling) {
    String id = foreignMigration();
    for (String call : callsWithAnId().toList()) {
      assertThat(called(call, spelt(spelling, id), "admin")).as(call).hasStatus(400);
    }
  }

  static Stream<String> callsWithAnId() {
    return LEAST.keySet().stream().filter(call -> call.contains("{id}"));
  }

  @ParameterizedTest
  @MethodSource("callsWithAnId")
  void anIdIsTheSameInCapitals(String call) {
    String capitals = foreignMigration().toUpperCase(Locale.ROOT);
    assertProblem(called(call, capitals, "bound"), 404, "migration-not-found", null);
    assertThat(called(call, capitals, "admin").getResponse().getStatus()).isIn(200, 202, 409);
  }

  @ParameterizedTest
  @MethodSource("callsWithAnId")
  void anActingCallIsKeptWithWhatItActedOn(String call) {
    String id = foreignMigration();
    trail.settle();
    called(call, id, "admin");
    JsonNode kept = read("/v1/audit?limit=1").get("items").get(0);
    if (!call.startsWith("GET ")) {
      assertThat(kept.get("action").asString()).isEqualTo(call);
      assertThat(kept.get("migration").asString()).isEqualTo(id);
      assertThat(kept.get("domain").asString()).startsWith("guest-");
    }
  }

  /** Who takes the id by itself decides a second time which migration it is. */
  @Test
  void nobodyReadsTheIdButTheOneWhoChecksIt() {
    mappings
        .getHandlerMethods()
        .forEach((call, method) -> {
          if (call.getPatternValues().stream()
              .anyMatch(path -> path.contains("/migrations/{id}"))) {
            assertThat(method.getMethodParameters())
                .as(call.toString())
                .noneMatch(parameter -> parameter.hasParameterAnnotation(PathVariable.class))
                .anyMatch(
                    parameter -> parameter.getParameterType().equals(MigrationSnapshot.class));
          }
        });
  }

  private static String spelt(String spelling, String id) {
    return spelling
        .replace("{id}", id)
        .replace("{plain}", id.replace("-", ""))
        .replace("{short}", id.replaceFirst("^0+", "").replace("-0000-", "-0-"));
  }

  /** Between two hosts that the bound caller does not see, and behind one that never ends. */
  private String foreignMigration() {
    if (guests.get() == 0) {
      accepted();
    }
    return accepted();
  }

  private JsonNode read(String uri) {
    return body(http.get().uri(uri).header("Authorization", "Bearer admin").exchange());
  }

  private String accepted() {
    String guest = "guest-" + guests.incrementAndGet();
    hosts().put("kvm-b", Domains.running(guest, Domains.network("vda")));
    MvcTestResult accepted =
        http.post()
            .uri("/v1/migrations")
            .contentType("application/json")
            .content("{\"domain\":\"%s\",\"destUri\":\"qemu+tls://kvm-c/system\"}".formatted(guest))
            .header("Authorization", "Bearer admin")
            .exchange();
    assertThat(accepted).hasStatus(202);
    return body(accepted).get("id").asString();
  }

  private MvcTestResult called(String call, String id, String token) {
    String[] words = call.split(" ", 2);
    String body =
        switch (words[1].substring(ONE.length())) {
          case "/complete" -> "{\"by\":\"SUSPEND\"}";
          case "/resolve" -> "{\"reason\":\"seen\"}";
          default -> "{\"options\":{\"bandwidthMiBps\":1}}";
        };
    return http.method(HttpMethod.valueOf(words[0]))
        .uri(URI.create(words[1].replace("{id}", id)))
        .contentType(words[0].equals("PATCH") ? "application/merge-patch+json" : "application/json")
        .content(body)
        .header("Authorization", "Bearer " + token)
        // A stream of events has no end.
        .asyncExchange();
  }

  /** The rules alone: what is behind these doors has a port of its own. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/actuator",
        "/actuator/info",
        "/actuator/metrics/jvm.info",
        "/actuator/prometheus",
        "/actuator/sbom/application",
        "/actuator/anything"
      })
  void theActuatorIsForCallersWhoAreBoundToNothing(String path) {
    assertProblem(
        http.get().uri(path).header("Authorization", "none").exchange(), 401, "unauthorized", null);
    assertProblem(
        http.get().uri(path).header("Authorization", "Bearer bound").exchange(),
        403,
        "forbidden",
        null);
    for (Role role : Role.values()) {
      assertThat(made("GET", path, role)).as(role.name()).hasStatus(404);
      assertProblem(made("POST", path, role), 403, "forbidden", null);
    }
  }

  @Test
  void theDescriptionIsForEverybodyAndNamesNoHostOfTheInventory() throws Exception {
    for (String open : Set.of("/v3/api-docs", "/v3/api-docs.yaml", "/swagger-ui/index.html")) {
      MvcTestResult answer = http.get().uri(open).header("Authorization", "").exchange();
      assertThat(answer).as(open).hasStatusOk();
      assertThat(answer.getResponse().getContentAsString()).doesNotContain("kvm-c");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/index.html",
        "/console/main.js",
        "/console/console.css",
        "/webjars/lit-html/lit-html.js",
      })
  void theFilesOfTheConsoleAreForEverybody(String file) {
    for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.HEAD)) {
      assertThat(http.method(method).uri(file).header("Authorization", "").exchange())
          .as(method.name())
          .hasStatusOk();
    }
    for (HttpMethod other : List.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE)) {
      assertProblem(
          http.method(other).uri(file).header("Authorization", "").exchange(),
          401,
          "unauthorized",
          null);
    }
  }

  @Test
  void otherFilesAreNotForEverybody() {
    for (String file : List.of("/webjars/swagger-ui/package.json", "/application.yaml")) {
      assertProblem(
          http.get().uri(file).header("Authorization", "").exchange(), 401, "unauthorized", null);
    }
  }

  @Test
  void theConsoleMayRunNothingInlineAndSwaggerUiOnlyStyles() {
    assertThat(policy("/")).doesNotContain("unsafe").contains("trusted-types lit-html");
    assertThat(policy("/v1/migrations")).isEqualTo(policy("/"));
    assertThat(policy("/swagger-ui/index.html"))
        .contains("script-src 'self';", "style-src 'self' 'unsafe-inline'");
  }

  private String policy(String path) {
    MvcTestResult answer = http.get().uri(path).header("Authorization", "Bearer viewer").exchange();
    assertThat(answer).hasStatusOk();
    return String.valueOf(answer.getResponse().getHeader("Content-Security-Policy"));
  }

  @Test
  void callersAreToldWhoTheyAre() {
    MvcTestResult answer =
        http.get().uri("/v1/caller").header("Authorization", "Bearer operator").exchange();
    assertThat(answer).hasStatusOk();
    assertThat(body(answer).toString())
        .isEqualTo("{\"name\":\"token:operator\",\"role\":\"OPERATOR\"}");
  }

  @Test
  void whatIsNotThereIsNotToldToStrangers() {
    MvcTestResult answer =
        http.get().uri("/nothing").header("Authorization", "Bearer x").exchange();
    assertProblem(answer, 401, "unauthorized", null);
    assertProblem(
        http.get().uri("/nothing").header("Authorization", "Bearer viewer").exchange(),
        404,
        "not-found",
        null);
  }

  @Test
  void everyAnswerTellsBrowsersToBeCareful() {
    MvcTestResult answer =
        http.get().uri("/v1/migrations").header("Authorization", "Bearer viewer").exchange();
    assertThat(answer)
        .headers()
        .hasValue("X-Content-Type-Options", "nosniff")
        .hasValue("X-Frame-Options", "DENY")
        .hasValue("Referrer-Policy", "no-referrer")
        .containsHeader("Content-Security-Policy");
    assertThat(answer.getResponse().getHeader("Cache-Control")).contains("no-store");
  }

  @Test
  void noOtherSiteIsLetInByABrowser() {
    MvcTestResult answer =
        http.options()
            .uri("/v1/migrations")
            .header("Origin", "https://elsewhere.example")
            .header("Access-Control-Request-Method", "POST")
            .exchange();
    assertThat(answer.getResponse().getHeader("Access-Control-Allow-Origin")).isNull();
  }

  @Test
  void theDatabaseHasNoConsole() {
    assertThat(http.get().uri("/h2-console").header("Authorization", "Bearer admin").exchange())
        .hasStatus(404);
  }
}
