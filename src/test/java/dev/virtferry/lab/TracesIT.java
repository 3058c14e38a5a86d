package dev.virtferry.lab;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A collector that hears of a real migration, by OTLP. */
@LabTest
class TracesIT {

  private static final Set<String> OURS =
      Set.of("accept", "queue", "prepare", "carry", "finish", "virDomainMigrateToURI3");

  private final Lab lab;
  private final List<ResourceSpans> heard = new CopyOnWriteArrayList<>();
  private final HttpServer collector;

  TracesIT(Lab lab) throws IOException {
    this.lab = lab;
    this.collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext("/v1/traces", this::hear);
    collector.start();
  }

  private void hear(HttpExchange exchange) throws IOException {
    try (exchange) {
      heard.addAll(
          ExportTraceServiceRequest.parseFrom(exchange.getRequestBody()).getResourceSpansList());
      exchange.sendResponseHeaders(200, -1);
    }
  }

  @BeforeEach
  void aGuest() {
    lab.guest("start", "web", "--disk", "vda=16M,full");
  }

  @AfterEach
  void nothingIsLeft() {
    collector.stop(0);
    lab.guest("remove", "web");
  }

  @Test
  void hearsOfAMigrationThatTwoServicesCarriedInOneTrace(@TempDir Path data) {
    Map<String, String> settings = new HashMap<>(lab.environment());
    settings.put(
        "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + collector.getAddress().getPort());
    try (Service service = Service.start(data, settings)) {
      lab.link("kvm-a", "slow", "20mbit");
      String id =
          service.migrate(
              "{\"domain\":\"web\",\"destUri\":\"%s\",\"disks\":[\"vda\"]}"
                  .formatted(lab.peer("kvm-b")));
      service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
      service.stop();
      lab.link("kvm-a", "normal");
      service.start();
      service.awaitSuccess(id);
      await().atMost(Duration.ofSeconds(30)).until(() -> names().contains("finish"));
      await().atMost(Duration.ofSeconds(30)).until(() -> count("carry") == 2);
    } finally {
      lab.link("kvm-a", "normal");
    }
    assertThat(names()).contains("accept", "queue", "prepare", "carry", "finish");
    assertThat(
            spans().filter(span -> OURS.contains(span.getName())).map(Span::getTraceId).distinct())
        .as("one trace")
        .hasSize(1);
    assertThat(heard)
        .allSatisfy(spans ->
            assertThat(spans.getResource().getAttributesList())
                .anySatisfy(attribute -> {
                  assertThat(attribute.getKey()).isEqualTo("service.name");
                  assertThat(attribute.getValue().getStringValue()).isEqualTo("virt-ferry");
                }));
  }

  private Stream<Span> spans() {
    return heard.stream()
        .flatMap(resource -> resource.getScopeSpansList().stream())
        .flatMap(scope -> scope.getSpansList().stream());
  }

  private Set<String> names() {
    return spans().map(Span::getName).collect(toSet());
  }

  private long count(String name) {
    return spans().filter(span -> span.getName().equals(name)).count();
  }
}
