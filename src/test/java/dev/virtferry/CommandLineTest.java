package dev.virtferry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is answered at once, what is refused, and what the service starts with. */
class CommandLineTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private OptionalInt answer(String... words) {
    return CommandLine.answer(
        List.of(words), new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
  }

  @Test
  void helpNamesWhatThereIs() {
    assertThat(answer("--help")).hasValue(0);
    assertThat(out.toString(UTF_8)).contains("token", "--version", "--server.port=8443", "README");
    assertThat(answer("--server.port=1", "-h")).hasValue(0);
  }

  @Test
  void theVersionIsThatOfTheBuild() {
    assertThat(answer("--version")).hasValue(0);
    assertThat(out.toString(UTF_8)).matches("virt-ferry \\d+\\.\\d+\\.\\d+\\S*\\R");
  }

  @ParameterizedTest
  @CsvSource({
    "--frobnicate, --",
    "--halp, --help",
    "--versoin, --version",
    "tokens, token",
    "--server.prot=8443, --server.port",
    "--spring.datasource.ulr=x, --spring.datasource.url",
    "--db-scheduler.poling-interval=1s, --db-scheduler.polling-interval",
    "start, ''",
    "--, ''",
    "-server.port=1, --server.port",
  })
  void whatIsNotKnownIsRefusedWithTheNearest(String word, String nearest) {
    assertThat(answer(word)).hasValue(2);
    assertThat(err.toString(UTF_8))
        .startsWith(word.split("=", 2)[0] + " is neither a command nor a setting of virt-ferry")
        .contains("the nearest is " + nearest)
        .contains("--help")
        .doesNotContain("8443");
  }

  @Test
  void optionsOfJavaBelongBeforeTheJar() {
    assertThat(answer("-Dserver.port=1")).hasValue(2);
    assertThat(err.toString(UTF_8)).contains("-Dserver.port is an option of Java");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--server.port=1",
        "--SERVER.port=1",
        "--server.servlet.context-path=/x",
        "--server.tomcat.connectionTimeout=1s",
        "--management.server.port=0",
        "--spring.datasource.url=jdbc:h2:mem:x",
        "--spring.datasource.hikari.maximum-pool-size=3",
        "--spring.config.additional-location=file:/etc/ferry/",
        "--spring.profiles.active=a,b",
        "--spring.profiles.active[0]=a",
        "--logging.level.root=debug",
        "--logging.level.dev.virtferry=debug",
        "--logging.file.name=ferry.log",
        "--db-scheduler.polling-interval=1s",
        "--springdoc.swagger-ui.enabled=false",
        "--management.otlp.metrics.export.headers.x=y",
        "--debug",
        "--ferry.hosts[0].name=kvm-a",
        // UnknownSettings says what the nearest is.
        "--ferry.hots[0].name=kvm-a",
      })
  void settingsStartTheService(String setting) {
    assertThat(answer(setting)).isEmpty();
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  @Test
  void theServiceStartsWithoutAWord() {
    assertThat(answer()).isEmpty();
  }

  @Test
  void aMistakeInOurOwnSettingsEndsWithTheSameStatus() {
    assertThat(new InvalidSetting("x").getExitCode()).isEqualTo(2);
  }
}
