package dev.virtferry.lab;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A proxy that holds every call and every answer to {@code openapi.yaml}, and answers itself where
 * one does not fit. It comes from npm.
 */
final class ContractProxy implements AutoCloseable {

  private static final String PRISM = "@stoplight/prism-cli@5.14.2";
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final String address;
  private final Process process;

  private ContractProxy(String address, Process process) {
    this.address = address;
    this.process = process;
  }

  static ContractProxy before(Service service) throws IOException {
    String npx = Lab.installed("npx");
    int port = Service.freePort();
    Process process =
        new ProcessBuilder(
                npx,
                "--yes",
                "-p",
                PRISM,
                "prism",
                "proxy",
                "openapi.yaml",
                service.address(),
                "--errors",
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port))
            .redirectErrorStream(true)
            .redirectOutput(Path.of("target", "contract-proxy.log").toFile())
            .start();
    var proxy = new ContractProxy("http://127.0.0.1:" + port, process);
    await()
        .atMost(PATIENCE)
        .failFast("it ended, see target/contract-proxy.log", () -> !process.isAlive())
        .ignoreExceptions()
        .until(proxy::answers);
    return proxy;
  }

  private boolean answers() throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
              .send(
                  HttpRequest.newBuilder(URI.create(address + "/v1/caller")).build(),
                  BodyHandlers.discarding())
              .statusCode()
          == 401;
    }
  }

  String address() {
    return address;
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
  }
}
