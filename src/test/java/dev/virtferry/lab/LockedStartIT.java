package dev.virtferry.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as it comes, with nothing configured. Needs no hosts. */
class LockedStartIT {

  @TempDir Path directory = Path.of("target");

  private record Ended(int status, String output) {}

  private Ended run(Map<String, String> environment, String... words) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                Path.of("target", "virt-ferry.jar").toAbsolutePath().toString()));
    command.addAll(List.of(words));
    var builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().putAll(environment);
    Path output = directory.resolve("output");
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("it ends by itself").isTrue();
      return new Ended(process.exitValue(), Files.readString(output, UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aFirstStartIsLockedAndItsOwnerHasTheKey() throws IOException {
    Path key = directory.resolve("data/admin-token");
    String first;
    try (Service service = Service.start(directory, Map.of())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
          .isEqualTo("rw-------");
      assertThat(service.get("/v1/audit").status()).isEqualTo(200);
      assertThat(service.getWithout("/v1/migrations").problem()).isEqualTo("unauthorized");
      first = Files.readString(key);
    }
    try (Service again = Service.start(directory, Map.of())) {
      assertThat(again.get("/v1/audit").status()).isEqualTo(200);
    }
    assertThat(Files.readString(key)).isEqualTo(first);
  }

  @Test
  void itDoesNotListenToOthersAsLongAsNobodyIsConfigured() throws Exception {
    Ended ended = run(Map.of("SERVER_ADDRESS", "0.0.0.0", "SERVER_PORT", "0"));
    assertThat(ended.status()).isNotZero();
    assertThat(ended.output())
        .contains("The API would listen on 0.0.0.0", "ferry.access.tokens")
        .doesNotContain("\tat ");
    assertThat(directory.resolve("data/admin-token")).doesNotExist();
  }

  @Test
  void theJarMakesTokens() throws Exception {
    Ended made = run(Map.of(), "token", "--name", "ops", "--role", "operator");
    assertThat(made.status()).isZero();
    assertThat(made.output()).startsWith("vfy_").contains("role: operator");
    assertThat(run(Map.of(), "token", "--name", "ops").status()).isEqualTo(2);
  }
}
