package dev.virtferry.migration.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.virtferry.ApiTest;
import dev.virtferry.fuzz.DisturbedJson;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.StoragePool;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Bodies through the service's own JSON, validation and checks, down to the played hosts. */
@Tag("fuzz")
class RequestBodyFuzz extends ApiTest {

  /** An address that takes a body, and one that it takes. */
  private record Door(HttpMethod method, String path, String mediaType, String body) {}

  private static final String SOME_ID = "/v1/migrations/01990000-0000-7000-8000-000000000000";

  private static final Door PLANS =
      new Door(
          HttpMethod.POST,
          "/v1/migration-plans",
          "application/json",
          """
          {"domain":"web-01","destUri":"qemu+tls://kvm-b/system","disks":["vda","vdb"],"copy":"FULL",
           "volumes":{"vda":{"pool":"images","name":"root.raw"}},"source":"kvm-a","priority":5,
           "options":{"bandwidthMiBps":200,"maxDowntimeMillis":300,"parallelConnections":4,
             "compression":{"methods":["ZSTD"],"levels":{"zstd":3}},
             "autoConverge":{"initial":20,"increment":10},"destinationName":"web-02","tls":true,
             "tlsDestination":"kvm-b.example","listenAddress":"10.0.0.2","disksPort":49500,
             "persist":true,"sourceVolumes":"KEEP","verifyBacking":"SIZE",
             "timeout":{"seconds":60,"action":"CANCEL"}}}
          """);

  private static final List<Door> DOORS =
      List.of(
          PLANS,
          PLANS,
          PLANS,
          new Door(
              HttpMethod.PATCH,
              SOME_ID,
              "application/merge-patch+json",
              "{\"options\":{\"bandwidthMiBps\":400,\"maxDowntimeMillis\":500}}"),
          new Door(
              HttpMethod.POST, SOME_ID + "/complete", "application/json", "{\"by\":\"SUSPEND\"}"),
          new Door(
              HttpMethod.POST,
              SOME_ID + "/resolve",
              "application/json",
              "{\"reason\":\"kvm-a is scrapped\"}"));

  private static final JsonMapper JSON = new JsonMapper();

  @BeforeEach
  void aGuestThatCouldGoToKvmB() {
    hosts().reset();
    volumes().reset();
    hosts().put("kvm-a", Domains.running("web-01", Domains.disk("vda"), Domains.disk("vdb")));
    volumes().pool("kvm-b", new StoragePool("images", "dir", "/srv", 1024 * Domains.MIB));
    assertThat(sent(PLANS, PLANS.body().getBytes(UTF_8)))
        .as("without a body that is taken there is nothing to disturb")
        .hasStatusOk();
  }

  @DictionaryEntries({
    "\"domain\":", "\"destUri\":", "\"disks\":[", "\"volumes\":{", "\"options\":{", "\\ud800",
        "\\u0000",
    "1e999", "null", "true", "[[[[", "{\"a\":", "\"compression\":{", "\"timeout\":{"
  })
  @FuzzTest
  void answersEveryBodyAndBlamesOnlyTheBody(FuzzedDataProvider data) {
    Door door = data.pickValue(DOORS);
    byte[] body =
        data.consumeBoolean()
            ? new DisturbedJson(data).of(JSON.readTree(door.body())).getBytes(UTF_8)
            : data.consumeRemainingAsBytes();
    MvcTestResult answer = sent(door, body);
    int status = answer.getResponse().getStatus();
    assertThat(status).as(new String(body, UTF_8)).isLessThan(500);
    if (status >= 400) {
      isAProblemInOurOwnWords(answer);
    }
  }

  private MvcTestResult sent(Door door, byte[] body) {
    return http.method(door.method())
        .uri(door.path())
        .contentType(door.mediaType())
        .content(body)
        .exchange();
  }

  private static void isAProblemInOurOwnWords(MvcTestResult answer) {
    assertThat(answer.getResponse().getContentType()).startsWith("application/problem+json");
    JsonNode problem = body(answer);
    assertThat(problem.get("type").asString()).startsWith("urn:virt-ferry:problem:");
    assertThat(problem.get("status").asInt()).isEqualTo(answer.getResponse().getStatus());
    assertThat(problem.get("detail").asString())
        .isNotBlank()
        .doesNotContain("dev.virtferry", "java.lang", "tools.jackson", "Exception");
  }
}
