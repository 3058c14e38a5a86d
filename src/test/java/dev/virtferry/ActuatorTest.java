package dev.virtferry;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.virtferry.access.Callers;
import dev.virtferry.chart.Monitoring;
import dev.virtferry.libvirt.CompletedJob;
import dev.virtferry.libvirt.DomainControl;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainJobs;
import dev.virtferry.libvirt.DomainQueries;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.FakeHypervisor;
import dev.virtferry.libvirt.FakeStorage;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.notice.Receiver;
import io.micrometer.core.instrument.Metrics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.bean.override.convention.TestBean;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The actuator on its own port, as probes and Prometheus see it. */
@SpringBootTest(
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "spring.datasource.url=jdbc:h2:mem:${random.uuid};MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;"
          + "DEFAULT_NULL_ORDERING=HIGH;LOCK_TIMEOUT=10000;DB_CLOSE_DELAY=-1",
      "management.server.port=0",
      "ferry.hosts[0].name=kvm-a",
      "ferry.hosts[0].uri=qemu+tls://kvm-a/system",
      "ferry.hosts[1].name=kvm-b",
      "ferry.hosts[1].uri=qemu+tls://kvm-b/system",
      "ferry.limits.outgoing-per-host=1",
      "ferry.watch.interval=20ms",
      "ferry.watch.settle=300ms",
      "ferry.access.tokens[0].name=test",
      "ferry.access.tokens[0].sha256=" + Callers.TOKEN_SHA256,
      "ferry.access.tokens[0].role=operator",
      // The hashes of the words "viewer" and "bound".
      "ferry.access.tokens[1].name=prometheus",
      "ferry.access.tokens[1].sha256=d35ca5051b82ffc326a3b0b6574a9a3161dee16b9478a199ee39cd803ce5b799",
      "ferry.access.tokens[1].role=viewer",
      "ferry.access.tokens[2].name=bound",
      "ferry.access.tokens[2].sha256=5e1cf42878df58fea7bfa45b715b7832d889092ad23e802e63912b1bfd205630",
      "ferry.access.tokens[2].role=admin",
      "ferry.access.tokens[2].domains=tenant-*",
      "ferry.rate.failures=100000",
    })
@BesideOthers
@Tag("service")
class ActuatorTest {

  private static final Receiver RECEIVER = new Receiver();
  private static final FakeHypervisor HOSTS = new FakeHypervisor();
  private static final FakeStorage VOLUMES = new FakeStorage();

  private static final Pattern DOCUMENTED =
      Pattern.compile("(?m)^\\| `(ferry_\\w+)(?:\\{([\\w, ]+)})?`");
  private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (ferry_\\w+) \\w+$");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

  @TestBean Hypervisor hypervisor;
  @TestBean Storage storage;

  @LocalServerPort private int port;
  @LocalManagementPort private int management;

  private final HttpClient client = HttpClient.newHttpClient();
  private final DomainDescription guest =
      Domains.running("guest-" + UUID.randomUUID(), Domains.disk("vda"));

  static Hypervisor hypervisor() {
    return new Hypervisor(
        measured(DomainQueries.class), measured(DomainJobs.class), measured(DomainControl.class));
  }

  private static <T> T measured(Class<T> port) {
    return MeasuredCalls.of(
        port, port.cast(HOSTS), Set.of("kvm-a", "kvm-b"), Metrics.globalRegistry);
  }

  static Storage storage() {
    return MeasuredCalls.of(Storage.class, VOLUMES, Set.of("kvm-a"), Metrics.globalRegistry);
  }

  @DynamicPropertySource
  static void theReceiverIsAllowed(DynamicPropertyRegistry properties) {
    properties.add("ferry.webhooks.allowed[0].origin", RECEIVER::origin);
    properties.add("ferry.webhooks.allowed[0].networks[0]", () -> "127.0.0.1");
    properties.add(
        "ferry.webhooks.secrets[0]", () -> "whsec_dmlydC1mZXJyeSBzaWducyB3aGF0IGl0IHRlbGxz");
  }

  @BeforeEach
  void aGuest() {
    HOSTS.reset();
    VOLUMES.reset();
    HOSTS.put("kvm-a", guest);
  }

  @AfterEach
  void nothingIsLeftUnended() {
    await()
        .until(() -> {
          HOSTS.rollBackTo("kvm-a");
          return !list().contains("\"endedAt\":null");
        });
  }

  @AfterAll
  static void stop() {
    RECEIVER.close();
  }

  private HttpResponse<String> sent(String method, int to, String path, String token, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(String.format(Locale.ROOT, "http://127.0.0.1:%d%s", to, path)))
            .method(method, BodyPublishers.ofString(body))
            .header("Content-Type", "application/json");
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<String> actuator(String path, String token) {
    return sent("GET", management, "/actuator" + path, token, "");
  }

  private JsonNode health(String path, String token) {
    return new JsonMapper().readTree(actuator("/health" + path, token).body());
  }

  private String list() {
    return sent("GET", port, "/v1/migrations", Callers.TOKEN, "").body();
  }

  private void start(DomainDescription domain, @Nullable String callback) {
    String body =
        "{\"domain\":\"%s\",\"destUri\":\"qemu+tls://kvm-b/system\",\"disks\":[\"vda\"]%s}"
            .formatted(
                domain.name(),
                callback == null ? "" : ",\"callbackUrl\":\"%s\"".formatted(callback));
    assertThat(sent("POST", port, "/v1/migrations", Callers.TOKEN, body).statusCode())
        .isEqualTo(202);
  }

  private void arrive() {
    await().until(() -> !HOSTS.made().isEmpty());
    HOSTS.completed(guest.uuid(), new CompletedJob(120L, 4_000, 64 * Domains.MIB));
    HOSTS.show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    HOSTS.remove("kvm-a", guest.uuid());
    HOSTS.job(guest.uuid(), Activity.NONE);
    HOSTS.endCall(guest.uuid());
    await().until(() -> list().contains("SUCCEEDED"));
  }

  private String scrape() {
    HttpResponse<String> answer = actuator("/prometheus", "viewer");
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  /** The sample with that name and these labels. */
  private double value(String sample) {
    return scrape()
        .lines()
        .filter(line -> line.startsWith(sample + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
        .findFirst()
        .orElse(Double.NaN);
  }

  @Test
  void countsAMigrationThatArrives() {
    Map<String, Double> once =
        Stream.of(
                "ferry_migration_entered_total{state=\"QUEUED\"}",
                "ferry_migration_entered_total{state=\"MIGRATING\"}",
                "ferry_migration_entered_total{state=\"SUCCEEDED\"}",
                "ferry_migration_ended_total{outcome=\"SUCCEEDED\",problem=\"none\"}",
                "ferry_migration_duration_seconds_count{outcome=\"SUCCEEDED\"}",
                "ferry_migration_phase_seconds_count{phase=\"STORAGE\"}",
                "ferry_migration_downtime_seconds_count",
                "ferry_migration_moved_bytes_count",
                "ferry_migration_throughput_bytes_per_second_count")
            .collect(toMap(sample -> sample, this::value));
    double pause = value("ferry_migration_downtime_seconds_sum");
    double moved = value("ferry_migration_moved_bytes_sum");
    double told = value("ferry_webhook_deliveries_total{outcome=\"DELIVERED\"}");
    start(guest, RECEIVER.origin() + "/hook");
    arrive();
    // They are counted after the commit that shows the end.
    await()
        .untilAsserted(() ->
            once.forEach(
                (sample, before) -> assertThat(value(sample)).as(sample).isEqualTo(before + 1)));
    assertThat(value("ferry_migration_downtime_seconds_sum") - pause).isEqualTo(0.12);
    assertThat(value("ferry_migration_moved_bytes_sum") - moved).isPositive();
    assertThat(value("ferry_migration_downtime_seconds_bucket{le=\"0.1\"}")).isNotNaN();
    // QUEUED, PREPARING, MIGRATING, FINISHING, SUCCEEDED
    await()
        .untilAsserted(() ->
            assertThat(value("ferry_webhook_deliveries_total{outcome=\"DELIVERED\"}") - told)
                .isEqualTo(5));
  }

  @Test
  void namesTheMigrationItsDomainAndTheReplicaOnTheLinesOfARun() {
    var lines = new ListAppender<ILoggingEvent>();
    lines.list = new CopyOnWriteArrayList<>();
    lines.start();
    var runs = (Logger) LoggerFactory.getLogger("dev.virtferry.migration.run.GuestArrival");
    runs.addAppender(lines);
    try {
      start(guest, null);
      arrive();
      await()
          .untilAsserted(() ->
              assertThat(lines.list)
                  .extracting(line -> line.getMDCPropertyMap().get("domain"))
                  .contains(guest.uuid().toString()));
    } finally {
      runs.detachAppender(lines);
    }
    // A unit test that plays a run beside this one does so in its own thread, and has no service.
    assertThat(lines.list)
        .filteredOn(line -> !line.getThreadName().startsWith("ForkJoinPool"))
        .extracting(ILoggingEvent::getMDCPropertyMap)
        .allSatisfy(fields -> assertThat(fields).containsKeys("domain", "migration", "replica"));
  }

  @Test
  void countsAMigrationThatFailsWithItsProblem() {
    String failed = "ferry_migration_ended_total{outcome=\"FAILED\",problem=\"libvirt-error\"}";
    start(guest, null);
    await().until(() -> !HOSTS.made().isEmpty());
    HOSTS.rollBackTo("kvm-a");
    await().until(() -> value(failed) >= 1);
    String call =
        "ferry_libvirt_calls_seconds_count{call=\"migrate\",host=\"kvm-a\",outcome=\"9\"}";
    await().until(() -> value(call) >= 1);
  }

  @Test
  void showsWhatHasNotEndedAndHowLongTheQueueWaits() {
    DomainDescription second =
        Domains.running("next-" + UUID.randomUUID(), Domains.ownDisk("next", "vda"));
    HOSTS.put("kvm-a", second);
    start(guest, null);
    start(second, null);
    await().until(() -> value("ferry_migrations{state=\"QUEUED\"}") == 1);
    await().until(() -> value("ferry_migrations{state=\"MIGRATING\"}") == 1);
    assertThat(value("ferry_queue_age_seconds")).isPositive().isLessThan(60);
    assertThat(value("ferry_migrations{state=\"NEEDS_ATTENTION\"}")).isZero();
    await().until(() -> !HOSTS.made().isEmpty());
  }

  @Test
  void listsInTheDocsExactlyWhatIsThere() throws IOException {
    start(guest, null);
    arrive();
    Map<String, Set<String>> documented = new TreeMap<>();
    DOCUMENTED
        .matcher(Files.readString(Path.of("docs/metrics.md")))
        .results()
        .forEach(row -> documented.put(row.group(1), labels(row.group(2))));
    String scrape = scrape();
    Map<String, Set<String>> there = new TreeMap<>();
    TYPE.matcher(scrape)
        .results()
        .map(family -> family.group(1))
        .filter(family -> !family.endsWith("_max"))
        .forEach(family -> there.put(family, labelsOf(scrape, family)));
    assertThat(there).isEqualTo(documented);
  }

  @Test
  void hasEveryMetricThatTheChartAsksFor() throws IOException {
    start(guest, null);
    arrive();
    Set<String> names =
        scrape()
            .lines()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.split("[ {]", 2)[0])
            .collect(toSet());
    Set<String> asked = new TreeSet<>(Monitoring.metrics());
    assertThat(asked).contains("ferry_migrations");
    // Prometheus makes that one itself.
    asked.remove("up");
    asked.removeAll(names);
    assertThat(asked).isEmpty();
  }

  @Test
  void listsTheLibrariesOfTheJar() {
    assertThat(actuator("/sbom/application", "viewer").body())
        .contains("CycloneDX", "pkg:maven/org.libvirt/libvirt");
  }

  private static Set<String> labels(@Nullable String list) {
    return list == null ? Set.of() : Set.copyOf(Arrays.asList(list.split(", *")));
  }

  private static Set<String> labelsOf(String scrape, String family) {
    return scrape
        .lines()
        .filter(line -> line.matches(family + "(_count|_sum)?[ {].*"))
        .flatMap(line -> LABEL.matcher(line).results())
        .map(label -> label.group(1))
        .collect(toSet());
  }

  @Test
  void hasNoLabelWithoutAnEnd() {
    start(guest, null);
    arrive();
    String scrape = scrape();
    assertThat(scrape)
        .doesNotContain(guest.name(), guest.uuid().toString())
        .doesNotContainPattern("0199[0-9a-f]{4}-");
    assertThat(
            LABEL
                .matcher(scrape)
                .results()
                .filter(label -> label.group(1).equals("host"))
                .map(label -> label.group(2))
                .collect(toSet()))
        // The storage of kvm-b is taken for that of a host that is not in the inventory.
        .containsExactlyInAnyOrder("kvm-a", "kvm-b", "other");
  }

  @Test
  void opensNothingButTheHealthToStrangersAndNothingMoreToBoundCallers() {
    List<String> paths =
        Pattern.compile("\"href\":\"http://[^/]*(/[^\"{]*)\"")
            .matcher(actuator("", "viewer").body())
            .results()
            .map((MatchResult link) -> link.group(1))
            .toList();
    assertThat(paths).contains("/actuator", "/actuator/prometheus", "/actuator/health");
    for (String path : paths) {
      boolean open = path.startsWith("/actuator/health");
      assertThat(sent("GET", management, path, "", "").statusCode())
          .as(path)
          .isEqualTo(open ? 200 : 401);
      assertThat(sent("GET", management, path, "bound", "").statusCode())
          .as(path)
          .isEqualTo(open ? 200 : 403);
      assertThat(sent("GET", management, path, "viewer", "").statusCode()).as(path).isEqualTo(200);
    }
    HttpResponse<String> refused = actuator("/prometheus", "");
    assertThat(refused.body()).contains("urn:virt-ferry:problem:unauthorized");
    assertThat(refused.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
  }

  @Test
  void tellsStrangersTheStateAndNoDetails() {
    for (String path : List.of("", "/liveness", "/readiness")) {
      for (String token : List.of("", "bound")) {
        JsonNode health = health(path, token);
        assertThat(health.get("status").asString()).isEqualTo("UP");
        assertThat(health.toString()).doesNotContain("kvm-", "components", "details");
      }
    }
    assertThat(health("/readiness", "viewer").get("components").propertyNames())
        .containsExactlyInAnyOrder("readinessState", "db", "dbScheduler");
  }

  @Test
  void staysUpAndReadyWhileAHostIsAwayAndSaysWhichOne() {
    HOSTS.cutOff("kvm-b");
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat(health("", "viewer").at("/components/hosts/details/kvm-b").asString())
                .isEqualTo("UNREACHABLE"));
    JsonNode health = health("", "viewer");
    assertThat(health.at("/components/hosts/details/kvm-a").asString()).isEqualTo("REACHABLE");
    assertThat(health.get("status").asString()).isEqualTo("UP");
    assertThat(health("/readiness", "").get("status").asString()).isEqualTo("UP");
  }
}
