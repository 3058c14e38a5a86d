package dev.virtferry.migration.web;

import static dev.virtferry.libvirt.Domains.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.ApiTest;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** Changes that are to happen only to what the client has seen. */
class ConditionalChangeApiTest extends ApiTest {

  private DomainDescription guest = Domains.running("unset");
  private String path = "";

  @BeforeEach
  void aMigrationThatCopiesItsDisk() {
    hosts().reset();
    volumes().reset();
    guest = Domains.running("web-" + UUID.randomUUID(), Domains.disk("vda"));
    hosts().put("kvm-a", guest);
    hosts().heedBandwidth();
    MvcTestResult started =
        post(
            "/v1/migrations",
            "{\"domain\":\"%s\",\"destUri\":\"qemu+tls://kvm-b/system\",\"disks\":[\"vda\"]}"
                .formatted(guest.name()));
    assertThat(started).hasStatus(202);
    path = "/v1/migrations/" + body(started).get("id").asString();
    await().until(() -> !hosts().made().isEmpty());
    hosts().show("kvm-b", guest, DomainState.PAUSED_MIGRATION);
    copied(10);
  }

  @AfterEach
  void itHasEnded() {
    await()
        .until(() -> {
          hosts().rollBackTo("kvm-a");
          return List.of("FAILED", "CANCELLED").contains(get(path).get("state").asString());
        });
  }

  private void copied(long mebibytes) {
    hosts().blockJob(guest.uuid(), "vda", mebibytes * MIB, 64 * MIB);
    await()
        .until(() ->
            get(path).at("/disks/0/bytesDone").asLong() == mebibytes * MIB
                && get(path).at("/phase").asString().equals("STORAGE"));
  }

  private String etag() {
    return String.valueOf(http.get().uri(path).exchange().getResponse().getHeader("ETag"));
  }

  private static String version(String etag) {
    return etag.substring(1, etag.indexOf('-'));
  }

  private MvcTestResult patch(long bandwidth, String... ifMatch) {
    return call(
        "PATCH",
        "",
        String.format(Locale.ROOT, "{\"options\":{\"bandwidthMiBps\":%d}}", bandwidth),
        ifMatch);
  }

  private MvcTestResult call(String method, String part, String content, String... ifMatch) {
    String type = method.equals("PATCH") ? "application/merge-patch+json" : "application/json";
    var request =
        http.method(HttpMethod.valueOf(method))
            .uri(path + part)
            .header("Content-Type", type)
            .content(content);
    for (String value : ifMatch) {
      request.header("If-Match", value);
    }
    return request.exchange();
  }

  private void assertNotDone(MvcTestResult refused) {
    assertProblem(refused, 412, "precondition-failed", "If-Match");
  }

  @Test
  void changesWhatIsAsTheClientHasSeenIt() {
    MvcTestResult changed = patch(50, etag());
    assertThat(changed).hasStatusOk();
    assertThat(version(String.valueOf(changed.getResponse().getHeader("ETag"))))
        .isEqualTo(version(etag()));
    assertThat(body(changed).at("/tuning/bandwidthMiBps").asLong()).isEqualTo(50);
  }

  @Test
  void progressIsNoChange() {
    String seen = etag();
    copied(20);
    assertThat(etag()).isNotEqualTo(seen);
    assertThat(version(etag())).isEqualTo(version(seen));
    assertThat(patch(50, seen)).hasStatusOk();
  }

  @Test
  void leavesAloneWhatAnotherChanged() {
    String seen = etag();
    assertThat(patch(50)).hasStatusOk();
    String changed = version(etag());
    assertNotDone(patch(60, seen));
    assertThat(version(etag())).isEqualTo(changed);
    assertThat(hosts().remarks()).containsExactly("bandwidth 50");
  }

  /** Whatever else would be said of it: in this state only two of them are possible. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PATCH||{\"options\":{\"bandwidthMiBps\":50}}",
        "PATCH||{\"options\":{\"maxDowntimeMillis\":50}}",
        "POST|/cancel|''",
        "POST|/complete|{\"by\":\"SUSPEND\"}",
        "POST|/complete|{\"by\":\"POST_COPY\"}",
        "POST|/resume-post-copy|''",
        "POST|/resolve|{\"reason\":\"I say so\"}"
      })
  void isHeededByEveryCallThatChangesAMigration(
      String method, @Nullable String part, String content) {
    String before = etag();
    String stale = String.format(Locale.ROOT, "\"%d-1\"", Integer.parseInt(version(before)) + 7);
    String at = part == null ? "" : part;
    assertNotDone(call(method, at, content, stale));
    assertProblem(call(method, at, content, "3-1"), 400, "invalid-request", "If-Match");
    assertThat(version(etag())).isEqualTo(version(before));
    assertThat(call(method, at, content, before))
        .satisfies(answer -> assertThat(answer.getResponse().getStatus()).isNotEqualTo(412));
  }

  @Test
  void understandsListsAndTheAsterisk() {
    assertThat(patch(51, "*")).hasStatusOk();
    assertThat(patch(52, " * ")).hasStatusOk();
    assertThat(patch(53, "\"a,b\", W/\"x\" ,, " + etag() + ",")).hasStatusOk();
    assertThat(patch(54, "\"nothing\"", etag())).as("two lines").hasStatusOk();
    assertThat(patch(55, "\"v-" + version(etag()) + "\"," + etag())).hasStatusOk();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "W/%s",
        "\"\"",
        "\"x\"",
        "",
        " ",
        ",",
        "W/%s, \"x\"",
        "\"0%s\"",
        "\"99999999999-1\"",
      })
  void isTrueOfNothingElse(String given) {
    String etag = etag();
    String tag = given.equals("\"0%s\"") ? etag.replace("\"", "") : etag;
    assertNotDone(patch(50, given.formatted(tag)));
    assertThat(hosts().remarks()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1-1",
        "\"1-1",
        "1-1\"",
        "*, \"1-1\"",
        "\"1-1\" \"1-2\"",
        "w/\"1-1\"",
        "W/ \"1-1\"",
        "**",
        "\"a b\"",
      })
  void refusesWhatItCannotRead(String given) {
    assertProblem(patch(50, given), 400, "invalid-request", "If-Match");
    assertThat(hosts().remarks()).isEmpty();
  }

  @Test
  void aMigrationThatIsNotThereIsNotThereUnderAnyCondition() {
    path = "/v1/migrations/" + UUID.randomUUID();
    try {
      assertProblem(patch(50, "*"), 404, "migration-not-found", null);
      assertProblem(patch(50, "\"1-1\""), 404, "migration-not-found", null);
    } finally {
      path = "/v1/migrations/" + get("/v1/migrations?limit=1").at("/items/0/id").asString();
    }
  }

  /** The job is told by the one who is answered with 200, and by nobody else. */
  @Test
  void ofTwoThatHaveSeenTheSameOneGetsThrough() {
    for (int round = 1; round <= 10; round++) {
      String seen = etag();
      int told = hosts().remarks().size();
      var together = new CyclicBarrier(2);
      List<CompletableFuture<MvcTestResult>> both =
          Stream.of(100L + round, 200L + round)
              .map(bandwidth ->
                  CompletableFuture.supplyAsync(() -> {
                    meet(together);
                    return patch(bandwidth, seen);
                  }))
              .toList();
      List<MvcTestResult> answers = both.stream().map(CompletableFuture::join).toList();
      assertThat(answers)
          .extracting(answer -> answer.getResponse().getStatus())
          .containsExactlyInAnyOrder(200, 412);
      long won =
          answers.stream()
              .filter(answer -> answer.getResponse().getStatus() == 200)
              .map(answer -> body(answer).at("/options/bandwidthMiBps").asLong())
              .findFirst()
              .orElseThrow();
      assertThat(get(path).at("/options/bandwidthMiBps").asLong()).isEqualTo(won);
      assertThat(hosts().remarks().subList(told, hosts().remarks().size()))
          .containsExactly("bandwidth " + won);
    }
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
