package dev.virtferry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

@ServiceTest
class OpenApiTest extends PlayedHosts {

  private static final Path COMMITTED = Path.of("openapi.yaml");

  @Autowired MockMvcTester http;

  @Test
  void theCommittedDescriptionIsTheOneThatTheCodeGenerates() throws IOException {
    MvcTestResult result = http.get().uri("/v3/api-docs.yaml").exchange();
    assertThat(result).hasStatusOk();
    String generated = new String(result.getResponse().getContentAsByteArray(), UTF_8);
    if ("write".equals(System.getProperty("openapi"))) {
      Files.writeString(COMMITTED, generated);
    }
    assertThat(Files.readString(COMMITTED))
        .as("openapi.yaml drifted; mend with: mvn test -Dtest=OpenApiTest -Dopenapi=write")
        .isEqualTo(generated);
  }

  @Test
  void swaggerUiIsServed() {
    assertThat(http.get().uri("/swagger-ui.html").exchange()).hasStatus3xxRedirection();
    assertThat(http.get().uri("/swagger-ui/index.html").exchange()).hasStatusOk();
  }
}
