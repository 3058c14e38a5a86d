package dev.virtferry.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.ApiTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

class ConsoleFilesTest extends ApiTest {

  @ParameterizedTest
  @ValueSource(strings = {"/", "/index.html", "/console/main.js", "/webjars/lit-html/lit-html.js"})
  void anUnchangedFileIsNotSentAgain(String file) {
    MvcTestResult first = http.get().uri(file).exchange();
    assertThat(first).hasStatusOk();
    assertThat(first.getResponse().getHeader("Cache-Control")).isEqualTo("no-cache");
    assertThat(first.getResponse().getHeader("Last-Modified")).isNull();
    String etag = String.valueOf(first.getResponse().getHeader("ETag"));
    assertThat(etag).matches("\"\\w+\"");

    assertThat(http.get().uri(file).header("If-None-Match", etag).exchange()).hasStatus(304);
    assertThat(http.get().uri(file).header("If-None-Match", "\"older\"").exchange()).hasStatusOk();
  }

  @Test
  void modulesHaveTheTypeThatBrowsersDemand() {
    assertThat(http.get().uri("/console/main.js").exchange())
        .hasContentTypeCompatibleWith("text/javascript");
  }

  @Test
  void aFileThatIsNotThereIsAProblem() {
    assertProblem(http.get().uri("/console/nothing.js").exchange(), 404, "not-found", null);
    assertProblem(http.get().uri("/nothing").exchange(), 404, "not-found", null);
  }
}
