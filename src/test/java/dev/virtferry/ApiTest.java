package dev.virtferry;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A test of the API on played hosts. */
@ServiceTest
public abstract class ApiTest extends PlayedHosts {

  private static final JsonMapper JSON = new JsonMapper();

  @Autowired protected MockMvcTester http;

  protected static void assertProblem(
      MvcTestResult result, int status, String type, @Nullable String pointer) {
    assertThat(result).hasStatus(status);
    assertThat(result).hasContentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON);
    JsonNode problem = body(result);
    assertThat(problem.get("type").asString()).isEqualTo("urn:virt-ferry:problem:" + type);
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("title").asString()).isNotBlank();
    assertThat(problem.get("detail").asString()).endsWith(".").hasSizeGreaterThan(20);
    assertThat(problem.toString()).doesNotContain("dev.virtferry", "java.", "Exception", "jackson");
    if (pointer != null) {
      assertThat(problem.get("errors").valueStream().map(e -> e.get("pointer").asString()))
          .contains(pointer);
    }
  }

  protected final MvcTestResult post(String uri, String body) {
    return http.post().uri(uri).contentType(MediaType.APPLICATION_JSON).content(body).exchange();
  }

  protected final JsonNode get(String uri) {
    return body(http.get().uri(uri).exchange());
  }

  protected static JsonNode body(MvcTestResult result) {
    return JSON.readTree(result.getResponse().getContentAsByteArray());
  }
}
