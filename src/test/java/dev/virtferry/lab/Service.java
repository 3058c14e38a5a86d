package dev.virtferry.lab;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The built jar as a process of its own, and a client of it. */
final class Service implements AutoCloseable {

  private static final Path LOGS = Path.of("target", "lab-services");

  private static final JsonMapper JSON = new JsonMapper();
  private static final Set<String> ENDS = Set.of("SUCCEEDED", "FAILED", "CANCELLED");
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Two processors that ten guests and two other replicas share have been seen to need 54 s. */
  private static final Duration PATIENCE_TO_START = Duration.ofMinutes(5);

  private static final Duration PATIENCE_FOR_AN_ANSWER = Duration.ofSeconds(30);

  /** What a JVM ends with on SIGTERM; a crash of the native library would be another. */
  private static final int ENDED_BY_SIGTERM = 143;

  private final Path directory;
  private final Map<String, String> environment;
  private final String address;
  private final Path log;
  private final HttpClient client = HttpClient.newHttpClient();
  private @Nullable Process process;

  private Service(Path directory, String address, Map<String, String> environment, Path log) {
    this.directory = directory;
    this.address = address;
    this.environment = environment;
    this.log = log;
  }

  /** Starts it in that directory, where its data goes, and waits until it answers. */
  static Service start(Path directory, Map<String, String> environment) {
    int port = freePort();
    var settings = new HashMap<>(environment);
    settings.put("SERVER_PORT", Integer.toString(port));
    settings.putIfAbsent("MANAGEMENT_SERVER_PORT", "0");
    var service = new Service(directory, "http://127.0.0.1:" + port, settings, logOfThisTest());
    service.start();
    return service;
  }

  /** The same service, asked through a proxy that is there. */
  Service through(String proxy) {
    return new Service(directory, proxy, environment, log);
  }

  void start() {
    Instant began = Instant.now();
    try {
      var builder = new ProcessBuilder(TrainedJar.command());
      builder.environment().putAll(environment);
      builder.directory(directory.toFile()).redirectErrorStream(true);
      Files.createDirectories(LOGS);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Process started = process;
    await()
        .conditionEvaluationListener(null)
        .atMost(PATIENCE_TO_START)
        .failFast("it ended, see " + log, () -> !started.isAlive())
        .ignoreExceptions()
        .until(() -> get("/v1/migrations").status() == 200);
    Spending.add(Spending.Kind.SERVICES, Duration.between(began, Instant.now()));
  }

  /** Of the services that the test class of this thread starts. */
  static Path logOfThisTest() {
    return LOGS.resolve(Spending.test() + ".log");
  }

  Path log() {
    return log;
  }

  /** The one that it made at its first start, as nobody is configured. */
  String token() throws IOException {
    return Files.readString(directory.resolve("data/admin-token")).strip();
  }

  /** Where its API is, such as {@code http://127.0.0.1:8080}. */
  String address() {
    return address;
  }

  /** The number of its process, which is in the name of the replica too. */
  long pid() {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("It was not started");
    }
    return running.pid();
  }

  /** What it has used of processors since it was started. */
  double processorMillis() {
    return ProcessHandle.of(pid())
        .flatMap(handle -> handle.info().totalCpuDuration())
        .orElseThrow()
        .toMillis();
  }

  /** Whether its process is there; a frozen one is too. */
  boolean runs() {
    Process running = process;
    return running != null && running.isAlive();
  }

  /** Stops it in the middle of whatever it does. */
  void freeze() {
    signal("STOP");
  }

  /** Lets it go on as if nothing had been. */
  void thaw() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Ends it as a crash would: no chance to say good-bye. */
  void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      await().until(() -> !running.isAlive());
    }
  }

  /** A test that failed may have killed it, and others come after that. */
  void startIfItEnded() {
    Process last = process;
    if (last != null && !last.isAlive()) {
      start();
    }
  }

  @Override
  public void close() {
    stop();
  }

  /** Stops it in order, and fails when it crashed. */
  void stop() {
    Process running = process;
    if (running != null && running.isAlive()) {
      running.destroy();
      try {
        if (!running.waitFor(30, TimeUnit.SECONDS)) {
          kill();
        } else if (running.exitValue() != ENDED_BY_SIGTERM) {
          throw new AssertionError(
              String.format(Locale.ROOT, "ended with %d, see the log", running.exitValue()));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        kill();
      }
    }
  }

  /** What it answered. */
  record Answer(int status, JsonNode body, HttpResponse<String> response) {

    String text(String field) {
      return body.get(field).asString();
    }

    String problem() {
      return text("type").replace("urn:virt-ferry:problem:", "");
    }
  }

  Answer post(String path, String body) {
    return send(
        HttpRequest.newBuilder()
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .header("Content-Type", "application/json"),
        path);
  }

  Answer patch(String path, String body) {
    return send(
        HttpRequest.newBuilder()
            .method("PATCH", HttpRequest.BodyPublishers.ofString(body))
            .header("Content-Type", "application/merge-patch+json"),
        path);
  }

  /** The lines of the events of a migration until its end; returns once they have begun. */
  CompletableFuture<List<String>> events(String id) {
    try {
      HttpResponse<Stream<String>> events =
          client.send(
              HttpRequest.newBuilder(URI.create(address() + "/v1/migrations/" + id + "/events"))
                  .header("Authorization", "Bearer " + token())
                  .build(),
              BodyHandlers.ofLines());
      return CompletableFuture.supplyAsync(
          () -> events.body().toList(), Thread::startVirtualThread);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Waits up to 8 s for something else than that ETag stands for. */
  Answer getWaiting(String path, String etag) {
    return send(
        HttpRequest.newBuilder().GET().header("If-None-Match", etag).header("Prefer", "wait=8"),
        path);
  }

  Answer get(String path) {
    return send(HttpRequest.newBuilder().GET(), path);
  }

  /** As somebody who has no token. */
  Answer getWithout(String path) {
    return sent(HttpRequest.newBuilder().GET(), path);
  }

  private Answer send(HttpRequest.Builder request, String path) {
    try {
      return sent(request.header("Authorization", "Bearer " + token()), path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Answer sent(HttpRequest.Builder request, String path) {
    try {
      HttpResponse<String> response =
          client.send(
              request.uri(URI.create(address() + path)).timeout(PATIENCE_FOR_AN_ANSWER).build(),
              BodyHandlers.ofString());
      return new Answer(response.statusCode(), JSON.readTree(response.body()), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Starts a migration and gives its id. */
  String migrate(String body) {
    Answer answer = post("/v1/migrations", body);
    if (answer.status() != 202) {
      throw new AssertionError("refused: " + answer.body());
    }
    return answer.text("id");
  }

  JsonNode migration(String id) {
    return get("/v1/migrations/" + id).body();
  }

  JsonNode awaitThat(String id, Predicate<JsonNode> condition) {
    return await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> migration(id), m -> condition.test(m) || ended(m));
  }

  JsonNode awaitEnd(String id) {
    return awaitThat(id, Service::ended);
  }

  /** Waits for its end, and tells the whole story when that is not success. */
  JsonNode awaitSuccess(String id) {
    JsonNode ended = awaitEnd(id);
    if (!ended.get("state").asString().equals("SUCCEEDED")) {
      throw new AssertionError(ended + "\n" + get("/v1/migrations/" + id + "/history").body());
    }
    return ended;
  }

  JsonNode awaitPhase(String id, String phase) {
    JsonNode seen = awaitThat(id, m -> phase.equals(m.get("phase").asString("")));
    if (seen.get("state").asString().equals("FAILED")) {
      throw new AssertionError("failed before " + phase + ": " + seen);
    }
    return seen;
  }

  static boolean ended(JsonNode migration) {
    return ENDS.contains(migration.get("state").asString());
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
