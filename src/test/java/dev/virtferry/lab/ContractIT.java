package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.lab.Service.Answer;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The whole API on real hosts, with a proxy in between that knows {@code openapi.yaml}. */
@LabTest
class ContractIT {

  private final Lab lab;
  private final ContractProxy proxy;
  private final Service service;

  ContractIT(Lab lab, Service service) throws IOException {
    this.lab = lab;
    this.proxy = ContractProxy.before(service);
    this.service = service.through(proxy.address());
  }

  @BeforeEach
  void aGuest() {
    lab.guest("start", "web", "--disk", "vda=32M,full");
  }

  @AfterEach
  void nothingIsLeft() {
    proxy.close();
    lab.link("kvm-a", "normal");
    lab.guest("remove", "web");
  }

  private String request(String more) {
    return "{\"domain\":\"web\",\"destUri\":\"%s\",\"disks\":[\"vda\"]%s}"
        .formatted(lab.peer("kvm-b"), more);
  }

  private static JsonNode as(int status, Answer answer) {
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(status);
    return answer.body();
  }

  private static void refused(int status, String problem, Answer answer) {
    as(status, answer);
    assertThat(answer.problem()).isEqualTo(problem);
  }

  @Test
  void everyAnswerIsAsTheDescriptionSays() {
    as(200, service.get("/v1/caller"));
    as(200, service.get("/v1/hosts"));
    as(200, service.get("/v1/hosts/kvm-a"));
    as(200, service.get("/v1/hosts/kvm-a/domains"));
    as(200, service.get("/v1/hosts/kvm-a/domains/web"));
    refused(404, "host-not-found", service.get("/v1/hosts/nonesuch"));
    refused(404, "domain-not-found", service.get("/v1/hosts/kvm-a/domains/nonesuch"));
    as(401, service.getWithout("/v1/migrations"));
    as(200, service.post("/v1/migration-plans", request("")));
    refused(
        422,
        "disk-not-found",
        service.post("/v1/migrations", request("").replace("[\"vda\"]", "[\"nonesuch\"]")));

    lab.link("kvm-a", "slow", "20mbit");
    Answer started = service.post("/v1/migrations", request(",\"options\":{\"bandwidthMiBps\":8}"));
    String id = as(202, started).get("id").asString();
    String at = "/v1/migrations/" + id;
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    refused(409, "migration-in-progress", service.post("/v1/migrations", request("")));
    Answer seen = service.get(at);
    String etag = seen.response().headers().firstValue("ETag").orElseThrow();
    assertThat(service.getWaiting(at, etag).status()).isIn(200, 304);
    assertThat(service.patch(at, "{}").text("type")).as("the proxy looks").contains("prism");
    as(200, service.patch(at, "{\"options\":{\"bandwidthMiBps\":4}}"));
    refused(422, "option-not-supported", service.post(at + "/complete", "{\"by\":\"POST_COPY\"}"));
    refused(409, "migration-not-resumable", service.post(at + "/resume-post-copy", ""));
    refused(
        409, "migration-not-resolvable", service.post(at + "/resolve", "{\"reason\":\"to see\"}"));
    as(202, service.post(at + "/cancel", ""));
    assertThat(service.awaitEnd(id).get("state").asString()).isEqualTo("CANCELLED");

    lab.link("kvm-a", "normal");
    service.awaitSuccess(service.migrate(request(",\"priority\":9")));
    as(200, service.get("/v1/migrations?state=SUCCEEDED&state=CANCELLED&domain=web&limit=1"));
    as(200, service.get(at + "/history"));
    as(200, service.get(at + "/deliveries"));
    as(200, service.get("/v1/audit?limit=5"));
    refused(
        404,
        "migration-not-found",
        service.get("/v1/migrations/00000000-0000-7000-8000-000000000000"));
  }
}
