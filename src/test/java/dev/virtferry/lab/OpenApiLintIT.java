package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds {@code openapi.yaml} to the recommended rules of two linters; they come from npm. */
class OpenApiLintIT {

  private static final String SPECTRAL = "@stoplight/spectral-cli@6.16.3";
  private static final String REDOCLY = "@redocly/cli@2.77.0";

  @TempDir Path directory = Path.of("target");

  @Test
  void spectralFindsNothing() throws Exception {
    Path rules = Files.writeString(directory.resolve("rules.yaml"), "extends: ['spectral:oas']\n");
    lint(
        SPECTRAL,
        "spectral",
        "lint",
        "openapi.yaml",
        "--fail-severity=warn",
        "-r",
        rules.toString());
  }

  @Test
  void redoclyFindsNothing() throws Exception {
    lint(REDOCLY, "redocly", "lint", "openapi.yaml", "--extends=recommended");
  }

  private void lint(String tool, String... words) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of(Lab.installed("npx"), "--yes", "-p", tool));
    line.addAll(List.of(words));
    Path output = directory.resolve("output.txt");
    var builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().put("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    builder.environment().put("REDOCLY_TELEMETRY", "off");
    Process process = builder.redirectOutput(output.toFile()).start();
    assertThat(process.waitFor(180, TimeUnit.SECONDS)).as("%s answers in time", line).isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
  }
}
