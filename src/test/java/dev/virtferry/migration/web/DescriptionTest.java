package dev.virtferry.migration.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.virtferry.ApiTest;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.Domains;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/** Holds examples and real answers to the schemas that the description gives them. */
class DescriptionTest extends ApiTest {

  private static final String TO_B = "\"destUri\":\"qemu+tls://kvm-b/system\"";

  private final SchemaRegistry schemas =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private final DomainDescription guest =
      Domains.running("described-" + UUID.randomUUID(), Domains.disk("vda"), Domains.cdrom("sda"));
  private JsonNode description = NullNode.getInstance();

  @BeforeEach
  void aGuestAndTheDescription() {
    hosts().reset();
    volumes().reset();
    hosts().put("kvm-a", guest);
    description = get("/v3/api-docs");
  }

  @AfterEach
  void nothingRuns() {
    await()
        .until(() -> {
          hosts().rollBackTo("kvm-a");
          return get("/v1/migrations?state=MIGRATING").get("items").isEmpty();
        });
  }

  private void fits(JsonNode value, JsonNode schema, String what) {
    ObjectNode whole = ((ObjectNode) schema.deepCopy());
    whole.set("components", description.get("components"));
    assertThat(schemas.getSchema(whole).validate(value)).as("%s: %s", what, value).isEmpty();
  }

  @Test
  void examplesOfRequestsFitTheirSchemas() {
    List<String> checked = new ArrayList<>();
    description
        .get("paths")
        .valueStream()
        .flatMap(JsonNode::valueStream)
        .flatMap(operation -> operation.path("requestBody").path("content").valueStream())
        .forEach(body -> {
          for (Map.Entry<String, JsonNode> example : body.get("examples").properties()) {
            fits(example.getValue().get("value"), body.get("schema"), example.getKey());
            checked.add(example.getKey());
          }
        });
    assertThat(checked).contains("disks", "disks-tuned", "no-disks", "faster", "suspend");
  }

  @Test
  void examplesOfPropertiesFitTheirSchemas() {
    List<String> checked = new ArrayList<>();
    for (var schema : description.at("/components/schemas").properties()) {
      for (var property : schema.getValue().path("properties").properties()) {
        if (property.getValue().has("example")) {
          String name = schema.getKey() + "." + property.getKey();
          fits(property.getValue().get("example"), property.getValue(), name);
          checked.add(name);
        }
      }
    }
    assertThat(checked).contains("MigrationRequest.disks", "Problem.status", "Delivery.attempts");
  }

  /** Makes the call and holds its answer to what is said of its status. */
  private JsonNode call(HttpMethod method, String path, String template, int status, String body) {
    MvcTestResult result =
        http.method(method)
            .uri(path)
            .contentType(
                method.equals(HttpMethod.PATCH)
                    ? "application/merge-patch+json"
                    : "application/json")
            .content(body)
            .exchange();
    assertThat(result).hasStatus(status);
    JsonNode answers =
        description
            .get("paths")
            .get(template)
            .get(method.name().toLowerCase(Locale.ROOT))
            .get("responses");
    String key = Integer.toString(status);
    JsonNode content =
        (answers.has(key) ? answers.get(key) : answers.get("default")).get("content");
    String type = String.valueOf(result.getResponse().getContentType());
    assertThat(content.propertyNames()).as(path).contains(type);
    JsonNode answer = body(result);
    fits(answer, content.get(type).get("schema"), method + " " + path);
    return answer;
  }

  private JsonNode read(String path, String template, int status) {
    return call(HttpMethod.GET, path, template, status, "");
  }

  private void post(String path, String template, int status, String body) {
    call(HttpMethod.POST, path, template, status, body);
  }

  @Test
  void answersFitTheDescription() {
    String all = "/v1/migrations";
    String one = "/v1/migrations/{id}";
    String order = "{\"domain\":\"%s\",%s,\"disks\":[\"vda\"]}".formatted(guest.name(), TO_B);
    read("/v1/hosts", "/v1/hosts", 200);
    read("/v1/hosts/kvm-a", "/v1/hosts/{host}", 200);
    read("/v1/hosts/nowhere", "/v1/hosts/{host}", 404);
    read("/v1/hosts/kvm-a/domains", "/v1/hosts/{host}/domains", 200);
    read("/v1/hosts/kvm-a/domains/" + guest.uuid(), "/v1/hosts/{host}/domains/{domain}", 200);
    post("/v1/migration-plans", "/v1/migration-plans", 200, order);
    post("/v1/migration-plans", "/v1/migration-plans", 200, order.replace("vda", "vdx"));
    post(all, all, 422, order.replace("vda", "vdx"));
    post(all, all, 400, "{\"domain\":3}");
    read(all + "?limit=0", all, 400);
    read(all + "/" + UUID.randomUUID(), one, 404);

    JsonNode started = call(HttpMethod.POST, all, all, 202, order);
    String path = all + "/" + started.get("id").asString();
    post(all, all, 409, order);
    await().until(() -> get(path).get("phase").asString("").equals("STORAGE"));
    read(path, one, 200);
    call(HttpMethod.PATCH, path, one, 200, "{\"options\":{\"bandwidthMiBps\":7}}");
    call(HttpMethod.PATCH, path, one, 400, "{\"options\":{\"bandwidthMiBps\":0}}");
    post(path + "/complete", one + "/complete", 202, "{\"by\":\"SUSPEND\"}");
    post(path + "/resume-post-copy", one + "/resume-post-copy", 409, "");
    post(path + "/resolve", one + "/resolve", 409, "{\"reason\":\"seen\"}");
    post(path + "/cancel", one + "/cancel", 202, "");
    await()
        .until(() -> {
          hosts().rollBackTo("kvm-a");
          return !get(path).get("endedAt").isNull();
        });
    read(path, one, 200);
    read(path + "/history", one + "/history", 200);
    read(path + "/deliveries", one + "/deliveries", 200);
    read(all, all, 200);
    read("/v1/audit", "/v1/audit", 200);
  }
}
