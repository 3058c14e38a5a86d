package dev.virtferry.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import dev.virtferry.DefaultLocale;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The built jar as a process of its own, without hosts and without limits on callers. */
final class RunningJar implements AutoCloseable {

  static final int MOST_CONNECTIONS = 64;

  /** For all of a request. */
  static final Duration DEADLINE = Duration.ofSeconds(5);

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin");

  private final Process process;
  private final Path directory;
  private final int port;

  private RunningJar(Process process, Path directory, int port) {
    this.process = process;
    this.directory = directory;
    this.port = port;
  }

  static RunningJar start(Path directory) throws IOException {
    int port = freePort();
    List<String> command = new ArrayList<>(List.of(JAVA.resolve("java").toString(), "-Xmx256m"));
    command.addAll(DefaultLocale.settings());
    command.addAll(
        List.of("-jar", Path.of("target", "virt-ferry.jar").toAbsolutePath().toString()));
    var builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(
            Map.of(
                "SERVER_PORT", Integer.toString(port),
                "MANAGEMENT_SERVER_PORT", "0",
                "SERVER_TOMCAT_MAXCONNECTIONS", Integer.toString(MOST_CONNECTIONS),
                "FERRY_RATE_MAXREQUESTTIME", DEADLINE.toString(),
                "FERRY_RATE_READS", "1000000",
                "FERRY_RATE_OPENCALLS", "1000000",
                "FERRY_RATE_WRITES", "1000000",
                "FERRY_RATE_FAILURES", "1000000"));
    builder.directory(directory.toFile()).redirectErrorStream(true);
    builder.redirectOutput(Path.of("target", "fuzz-service.log").toFile());
    var jar = new RunningJar(builder.start(), directory, port);
    await().atMost(PATIENCE).ignoreExceptions().until(jar::answers);
    return jar;
  }

  int port() {
    return port;
  }

  /**
   * Of an administrator, written at a start without any configured; empty when none is asked for.
   */
  String token() throws IOException {
    Path file = directory.resolve("data").resolve("admin-token");
    return Files.exists(file) ? Files.readString(file).strip() : "";
  }

  /** Whether a request that nothing is wrong with gets its answer. */
  boolean answers() throws IOException {
    try (var wire = new Wire(port)) {
      return wire.exchange(valid("/v1/migrations")).status() == 200;
    }
  }

  /** A request that nothing is wrong with. */
  Sent valid(String path) throws IOException {
    String token = token();
    String request =
        "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
            .formatted(path, token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n");
    return new Sent(-1, "valid", request, true, true);
  }

  /** How many entries the audit has. */
  int audited() throws IOException {
    int entries = 0;
    String next = "";
    try (var wire = new Wire(port)) {
      do {
        JsonNode page =
            new JsonMapper().readTree(wire.exchange(valid("/v1/audit?limit=200" + next)).body());
        entries += page.get("items").size();
        next =
            page.get("nextCursor").isNull() ? "" : "&cursor=" + page.get("nextCursor").asString();
      } while (!next.isEmpty());
    }
    return entries;
  }

  /** What is still reachable after a full collection. */
  long liveBytes() throws IOException {
    List<String> histogram = told("GC.class_histogram");
    String total =
        histogram.stream().filter(line -> line.startsWith("Total")).findFirst().orElseThrow();
    return Long.parseLong(total.strip().split("\\s+", -1)[2]);
  }

  long residentMiB() throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
        .sum();
  }

  private List<String> told(String command) throws IOException {
    Process jcmd =
        new ProcessBuilder(JAVA.resolve("jcmd").toString(), Long.toString(process.pid()), command)
            .redirectErrorStream(true)
            .start();
    return new String(jcmd.getInputStream().readAllBytes(), UTF_8).lines().toList();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
