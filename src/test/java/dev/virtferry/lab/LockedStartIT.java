package dev.virtferry.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.virtferry.DefaultLocale;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
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
    return run(TrainedJar.command(), environment, words);
  }

  private Ended runWith(Path java) throws Exception {
    List<String> start = new ArrayList<>(List.of(java.resolve("bin/java").toString()));
    start.addAll(DefaultLocale.settings());
    start.addAll(List.of("-jar", Path.of("target", "virt-ferry.jar").toAbsolutePath().toString()));
    return run(start, Map.of());
  }

  /** With a umask that hides nothing. */
  private Ended run(List<String> start, Map<String, String> environment, String... words)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "umask 0; exec \"$@\"", "sh"));
    command.addAll(start);
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

  /** As a start does it, which ends before it serves anybody. */
  private Ended startAndEnd() throws Exception {
    return run(
        Map.of(
            "SERVER_PORT", "0",
            "MANAGEMENT_SERVER_PORT", "0",
            "JAVA_TOOL_OPTIONS", "-Dspring.context.exit=onRefresh"));
  }

  private String mode(String file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(file)));
  }

  @Test
  void whatItWritesIsItsOwnersAloneWhateverTheUmaskIs() throws Exception {
    assertThat(startAndEnd().status()).isZero();
    assertThat(mode("data")).isEqualTo("rwx------");
    assertThat(mode("data/virt-ferry.mv.db")).isEqualTo("rw-------");
    assertThat(mode("data/admin-token")).isEqualTo("rw-------");

    Files.setPosixFilePermissions(
        directory.resolve("data"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(
        directory.resolve("data/virt-ferry.mv.db"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(startAndEnd().status()).isZero();
    assertThat(mode("data")).isEqualTo("rwx------");
    assertThat(mode("data/virt-ferry.mv.db")).isEqualTo("rw-------");
  }

  @Test
  void aDamagedDatabaseIsNamedAndLeftAsItIs() throws Exception {
    assertThat(startAndEnd().status()).isZero();
    Path file = directory.resolve("data/virt-ferry.mv.db");
    byte[] whole = Files.readAllBytes(file);
    byte[] withoutItsHead = whole.clone();
    Arrays.fill(withoutItsHead, 0, 8192, (byte) 0x55);
    byte[] zeros = new byte[whole.length];
    for (byte[] damaged : List.of(withoutItsHead, zeros)) {
      Files.write(file, damaged);
      Ended ended = startAndEnd();
      assertThat(ended.status()).isEqualTo(1);
      assertThat(ended.output()).contains("virt-ferry.mv.db is damaged").doesNotContain("\tat ");
      assertThat(Files.readAllBytes(file)).isEqualTo(damaged);
    }
    Files.write(file, whole);
    assertThat(startAndEnd().status()).isZero();
  }

  @Test
  void anOlderJavaSaysWhichOneIsNeeded() throws Exception {
    Path old = Path.of("/usr/lib/jvm/java-17-openjdk-amd64");
    assumeTrue(Files.isExecutable(old.resolve("bin/java")), "there is no Java 17 at " + old);
    Ended ended = runWith(old);
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.output())
        .isEqualTo("virt-ferry needs Java 25 or later, and %s is Java 17.\n".formatted(old));
  }

  @Test
  void wordsAreAnsweredWithoutAStart() throws Exception {
    Instant began = Instant.now();
    Ended help = run(Map.of(), "--help");
    assertThat(help.status()).isZero();
    assertThat(help.output()).startsWith("usage: java -jar virt-ferry.jar");
    Ended version = run(Map.of(), "--version");
    assertThat(version.status()).isZero();
    assertThat(version.output()).matches("virt-ferry \\d\\S*\n");
    System.out.printf(
        "--help and --version took %d ms%n", Duration.between(began, Instant.now()).toMillis());
    for (String word :
        List.of("--frobnicate", "foo", "--server.prot=1", "--ferry.hots[0].name=a")) {
      Ended refused = run(Map.of(), word);
      assertThat(refused.status()).as(word).isEqualTo(2);
      assertThat(refused.output())
          .contains(word.split("=", 2)[0].replaceFirst("^--", ""), "the nearest is ")
          .doesNotContain("\tat ");
    }
    assertThat(directory.resolve("data")).doesNotExist();
  }
}
