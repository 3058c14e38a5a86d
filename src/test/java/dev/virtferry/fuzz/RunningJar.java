package dev.virtferry.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The built jar as a process of its own, without hosts and without limits on callers. */
final class RunningJar implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
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
    var builder =
        new ProcessBuilder(
            JAVA.resolve("java").toString(),
            "-Xmx256m",
            "-jar",
            Path.of("target", "virt-ferry.jar").toAbsolutePath().toString());
    builder
        .environment()
        .putAll(
            Map.of(
                "SERVER_PORT", Integer.toString(port),
                "MANAGEMENT_SERVER_PORT", "0",
                "FERRY_RATE_READS", "1000000",
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
    String token = token();
    String request =
        "GET /v1/migrations HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
            .formatted(token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n");
    try (var wire = new Wire(port)) {
      return wire.exchange(new Sent(-1, "valid", request, true, true)).status() == 200;
    }
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
