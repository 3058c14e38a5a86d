package dev.virtferry.bench;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * From the start of the process to its first answer, and the memory it has then, against an empty
 * Spring Boot application of the same version.
 */
@Tag("bench")
class StartBench {

  private static final int PAIRS = Integer.getInteger("bench.pairs", 7);
  private static final Path EMPTY = Path.of("target", "empty-app", "empty-app.jar");
  private static final Path SERVICE = Path.of("target", "virt-ferry.jar");

  private final HttpClient client = HttpClient.newHttpClient();

  private record Start(double millis, double residentMiB) {}

  @Test
  void printsTheStartAgainstAnEmptyApplication() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("virt-ferry-bench");
    var times = new Pairs();
    var sizes = new Pairs();
    for (int round = -1; round < PAIRS; round++) {
      Start empty = start(EMPTY, directory);
      Start service = start(SERVICE, directory);
      if (round >= 0) {
        times.add(empty.millis(), service.millis());
        sizes.add(empty.residentMiB(), service.residentMiB());
      }
    }
    say("to the first answer", "ms", times);
    say("resident after it", "MiB", sizes);
  }

  private static void say(String what, String unit, Pairs pairs) {
    Report.say(
        String.format(
            Locale.ROOT,
            "%s: %.0f %s empty, %.0f %s virt-ferry; ratio %.2f of %d pairs",
            what,
            pairs.baseline(),
            unit,
            pairs.measured(),
            unit,
            pairs.ratio(),
            pairs.size()));
  }

  private Start start(Path jar, Path directory) throws IOException, InterruptedException {
    int port = freePort();
    var builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-jar",
            jar.toAbsolutePath().toString(),
            "--server.port=" + port,
            "--management.server.port=0");
    builder.directory(directory.toFile()).redirectErrorStream(true);
    builder.redirectOutput(Path.of("target", "bench-start.log").toFile());
    long begun = System.nanoTime();
    Process process = builder.start();
    try {
      await()
          .atMost(Duration.ofMinutes(1))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(5))
          .ignoreExceptions()
          .until(() -> answers(port));
      double millis = (System.nanoTime() - begun) / 1e6;
      return new Start(millis, resident(process.pid()));
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  private boolean answers(int port) throws IOException, InterruptedException {
    return client
            .send(
                HttpRequest.newBuilder(
                        URI.create(
                            String.format(Locale.ROOT, "http://127.0.0.1:%d/v1/migrations", port)))
                    .build(),
                BodyHandlers.discarding())
            .statusCode()
        < 500;
  }

  private static double resident(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
        .sum();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
