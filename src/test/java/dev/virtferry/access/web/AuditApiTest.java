package dev.virtferry.access.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.ApiTest;
import dev.virtferry.libvirt.Domains;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

@ExtendWith(OutputCaptureExtension.class)
@TestPropertySource(
    properties = {
      "ferry.access.tokens[1].name=viewer",
      // The hash of the word "viewer".
      "ferry.access.tokens[1].sha256=d35ca5051b82ffc326a3b0b6574a9a3161dee16b9478a199ee39cd803ce5b799",
      "ferry.access.tokens[1].role=viewer",
      "ferry.access.tokens[2].name=bound",
      // The hash of the word "bound".
      "ferry.access.tokens[2].sha256=5e1cf42878df58fea7bfa45b715b7832d889092ad23e802e63912b1bfd205630",
      "ferry.access.tokens[2].role=admin",
      "ferry.access.tokens[2].domains=ta-*",
      "ferry.access.tokens[3].name=on-a",
      // The hash of the word "on-a".
      "ferry.access.tokens[3].sha256=0014adab4d6622702dd15678daef19e5adfb54a3d310f514d0b8e1fc45dfd26f",
      "ferry.access.tokens[3].role=admin",
      "ferry.access.tokens[3].hosts=kvm-a",
    })
class AuditApiTest extends ApiTest {

  @Autowired private JdbcClient sql;
  @Autowired private AuditTrail trail;

  @BeforeEach
  void nothingWasDone() {
    trail.settle();
    sql.sql("delete from audit").update();
    hosts().reset();
    volumes().reset();
    hosts().put("kvm-a", Domains.running("web-01", Domains.network("vda")));
  }

  private static final String TO_B =
      "{\"domain\":\"web-01\",\"destUri\":\"qemu+tls://kvm-b/system\"}";

  private JsonNode last() {
    return get("/v1/audit?limit=1").get("items").get(0);
  }

  @Test
  void remembersWhoDidWhatToWhich(CapturedOutput output) {
    MvcTestResult started =
        http.post()
            .uri("/v1/migrations")
            .contentType(MediaType.APPLICATION_JSON)
            .content(TO_B)
            .header("X-Request-Id", "from-the-client.1")
            .exchange();
    assertThat(started).hasStatus(202);
    assertThat(started).headers().hasValue("X-Request-Id", "from-the-client.1");
    JsonNode entry = last();
    assertThat(entry.get("caller").asString()).isEqualTo("token:test");
    assertThat(entry.get("address").asString()).isEqualTo("127.0.0.1");
    assertThat(entry.get("action").asString()).isEqualTo("POST /v1/migrations");
    assertThat(entry.get("domain").asString()).isEqualTo("web-01");
    assertThat(entry.get("migration")).isEqualTo(body(started).get("id"));
    assertThat(entry.get("status").asInt()).isEqualTo(202);
    assertThat(entry.get("problem").isNull()).isTrue();
    assertThat(entry.get("requestId").asString()).isEqualTo("from-the-client.1");
    assertThat(output)
        .contains(
            "token:test from 127.0.0.1: POST /v1/migrations of domain web-01, migration "
                + body(started).get("id").asString()
                + ": 202");

    String path = "/v1/migrations/" + body(started).get("id").asString();
    await()
        .until(() -> {
          hosts().rollBackTo("kvm-a");
          return get(path).get("state").asString().equals("FAILED");
        });
    post(path + "/cancel", "");
    assertThat(last().get("action").asString()).isEqualTo("POST /v1/migrations/{id}/cancel");
    assertThat(last().get("domain").asString()).isEqualTo("web-01");
    assertThat(last().get("problem").asString()).isEqualTo("migration-not-cancellable");
  }

  @Test
  void remembersWhatWasRefused() {
    post("/v1/migrations", TO_B.replace("web-01", "nobody"));
    assertThat(last().get("domain").asString()).isEqualTo("nobody");
    assertThat(last().get("status").asInt()).isEqualTo(422);
    assertThat(last().get("problem").asString()).isEqualTo("domain-not-found");
    http.post()
        .uri("/v1/migrations")
        .header("Authorization", "Bearer viewer")
        .contentType(MediaType.APPLICATION_JSON)
        .content(TO_B)
        .exchange();
    assertThat(last().get("caller").asString()).isEqualTo("token:viewer");
    assertThat(last().get("problem").asString()).isEqualTo("forbidden");
    http.get().uri("/v1/audit").header("Authorization", "Bearer viewer").exchange();
    assertThat(last().get("action").asString()).isEqualTo("GET /v1/audit");
  }

  @Test
  void sumsUpWhatWasRefusedAlike() {
    for (int call = 0; call < 30; call++) {
      post("/v1/migrations", TO_B.replace("web-01", "nobody"));
    }
    JsonNode items = get("/v1/audit").get("items");
    assertThat(items).hasSize(1);
    assertThat(items.get(0).get("calls").asInt()).isEqualTo(30);
    assertThat(items.get(0).get("domain").asString()).isEqualTo("nobody");
    assertThat(Instant.parse(items.get(0).get("until").asString()))
        .isAfter(Instant.parse(items.get(0).get("at").asString()));
    for (int call = 0; call < 30; call++) {
      post("/v1/migrations", TO_B.replace("web-01", "nobody-" + call));
    }
    assertThat(get("/v1/audit").get("items")).hasSize(6);
    assertThat(last().get("calls").asInt()).isEqualTo(26);
    assertThat(last().get("domain").isNull()).isTrue();
  }

  @Test
  void doesNotRememberReadsOrStrangers() {
    get("/v1/migrations");
    http.post().uri("/v1/migrations").header("Authorization", "Bearer nobody").exchange();
    assertThat(get("/v1/audit").get("items")).isEmpty();
  }

  @Test
  void pagesAndFilters() {
    for (int call = 0; call < 5; call++) {
      post("/v1/migrations", TO_B.replace("web-01", "nobody-" + call));
    }
    List<String> domains = new ArrayList<>();
    String next = "";
    do {
      JsonNode page = get("/v1/audit?limit=2" + (next.isEmpty() ? "" : "&cursor=" + next));
      page.get("items").forEach(entry -> domains.add(entry.get("domain").asString()));
      next = page.get("nextCursor").asString("");
    } while (!next.isEmpty());
    assertThat(domains).containsExactly("nobody-4", "nobody-3", "nobody-2", "nobody-1", "nobody-0");
    assertThat(get("/v1/audit?domain=nobody-3").get("items")).hasSize(1);
    assertThat(get("/v1/audit?caller=token:test").get("items")).hasSize(5);
    assertThat(get("/v1/audit?caller=token:viewer").get("items")).isEmpty();
    assertThat(get("/v1/audit?migration=0199aaaa-0000-7000-8000-000000000000").get("items"))
        .isEmpty();
  }

  @Test
  void tellsABoundAdminOfItsOwnDomainsAndOfWhatItDidItself() {
    for (String guest : List.of("ta-1", "tb-1")) {
      hosts().put("kvm-a", Domains.running(guest, Domains.ownDisk(guest, "vda")));
      assertThat(post("/v1/migrations", TO_B.replace("web-01", guest))).hasStatus(202);
    }
    // Others name what they like and are refused.
    assertThat(post("/v1/migrations", TO_B.replace("web-01", "ta-2"))).hasStatus(422);
    assertThat(domainsReadBy("bound")).containsExactly("ta-1");
    assertThat(domainsReadBy("on-a")).isEmpty();
    http.post()
        .uri("/v1/migrations")
        .contentType(MediaType.APPLICATION_JSON)
        .content(TO_B.replace("web-01", "tb-2"))
        .header("Authorization", "Bearer bound")
        .exchange();
    assertThat(domainsReadBy("bound")).containsExactly("tb-2", "ta-1");
    assertThat(domainsReadBy("on-a")).isEmpty();
  }

  private List<String> domainsReadBy(String token) {
    return body(http.get().uri("/v1/audit").header("Authorization", "Bearer " + token).exchange())
        .get("items")
        .valueStream()
        .map(entry -> entry.get("domain").asString())
        .toList();
  }

  @Test
  void refusesWhatIsNoQuery() {
    assertProblem(
        http.get().uri("/v1/audit?limit=201").exchange(), 400, "invalid-request", "limit");
    assertProblem(
        http.get().uri("/v1/audit?cursor=x").exchange(), 400, "invalid-request", "cursor");
  }

  @Test
  void keepsWhatAClientSendsAndWritesItOnOneLine(CapturedOutput output) {
    post("/v1/migrations", TO_B.replace("web-01", "a\\nb"));
    assertThat(last().get("domain").asString()).isEqualTo("a\nb");
    assertThat(output.getOut()).contains("of domain a\\nb,");
    MvcTestResult answer =
        http.get().uri("/v1/migrations").header("X-Request-Id", "a b\tc").exchange();
    assertThat(answer.getResponse().getHeader("X-Request-Id")).doesNotContain("a b");
  }
}
