package dev.virtferry.trace;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.virtferry.ApiTest;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.LibvirtFailure;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;

/** What a tracing system would be told. */
@TestPropertySource(properties = "management.opentelemetry.tracing.export.schedule-delay=50ms")
class TracesTest extends ApiTest {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final Set<String> OURS =
      Set.of("accept", "queue", "carry", "prepare", "virDomainMigrateToURI3", "finish");

  @Autowired InMemorySpanExporter told;

  private final DomainDescription guest = Domains.running("web", Domains.disk("vda"));

  @TestConfiguration(proxyBeanMethods = false)
  static class InMemory {

    @Bean
    InMemorySpanExporter told() {
      return InMemorySpanExporter.create();
    }
  }

  @BeforeEach
  void aGuestOnKvmA() {
    hosts().reset();
    volumes().reset();
    told.reset();
    hosts().put("kvm-a", guest);
  }

  private void migrateWithin(String trace) {
    assertThat(
            http.post()
                .uri("/v1/migrations")
                .header("traceparent", "00-%s-b7ad6b7169203331-01".formatted(trace))
                .contentType(MediaType.APPLICATION_JSON)
                .content(
                    "{\"domain\":\"web\",\"destUri\":\"qemu+tls://kvm-b/system\",\"disks\":[\"vda\"]}"))
        .hasStatus(202);
    await().until(() -> !hosts().made().isEmpty());
  }

  private void arrive() {
    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().remove("kvm-a", guest.uuid());
    hosts().endCall(guest.uuid());
  }

  /** The spans of that trace by name, once the run has ended. */
  private Map<String, SpanData> spansOf(String trace) {
    await().until(() -> told.getFinishedSpanItems().stream().anyMatch(s -> is(s, "carry", trace)));
    return told.getFinishedSpanItems().stream()
        .filter(span -> span.getTraceId().equals(trace))
        .collect(toMap(SpanData::getName, span -> span));
  }

  private static boolean is(SpanData span, String name, String trace) {
    return span.getName().equals(name) && span.getTraceId().equals(trace);
  }

  private static SpanData parent(Map<String, SpanData> spans, String name) {
    String parent = Objects.requireNonNull(spans.get(name)).getParentSpanId();
    return spans.values().stream()
        .filter(span -> span.getSpanId().equals(parent))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> events(Map<String, SpanData> spans, String name) {
    return Objects.requireNonNull(spans.get(name)).getEvents().stream()
        .map(EventData::getName)
        .toList();
  }

  @Test
  void oneTraceOfTheCallerGoesFromTheRequestToTheEnd() {
    migrateWithin(TRACE);
    arrive();
    Map<String, SpanData> spans = spansOf(TRACE);
    assertThat(spans).containsKeys(OURS.toArray(String[]::new)).hasSize(OURS.size() + 1);
    assertThat(parent(spans, "accept").getParentSpanId()).isEqualTo("b7ad6b7169203331");
    assertThat(parent(spans, "queue").getName()).isEqualTo("accept");
    assertThat(parent(spans, "carry").getName()).isEqualTo("accept");
    assertThat(parent(spans, "prepare").getName()).isEqualTo("carry");
    assertThat(parent(spans, "virDomainMigrateToURI3").getName()).isEqualTo("carry");
    assertThat(parent(spans, "finish").getName()).isEqualTo("carry");
    SpanData carry = Objects.requireNonNull(spans.get("carry"));
    assertThat(carry.getAttributes().asMap())
        .extractingByKey(AttributeKey.stringKey("ferry.state"))
        .isEqualTo("SUCCEEDED");
    assertThat(events(spans, "prepare"))
        .containsExactly("PREPARING: a slot is free", "MIGRATING: both hosts are ready");
    assertThat(events(spans, "carry"))
        .startsWith("FINISHING: the destination has the domain")
        .endsWith("SUCCEEDED: both hosts were read");
    SpanData queue = Objects.requireNonNull(spans.get("queue"));
    assertThat(queue.getStartEpochNanos()).isLessThan(carry.getStartEpochNanos());
  }

  @Test
  void whatLibvirtRefusedIsOnTheSpanOfItsCall() {
    String trace = "1af7651916cd43dd8448eb211c80319d";
    migrateWithin(trace);
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().endCall(guest.uuid(), new LibvirtFailure(1, 10, "no luck"));
    assertThat(spansOf(trace).get("virDomainMigrateToURI3"))
        .extracting(span -> span.getStatus().getStatusCode())
        .isEqualTo(StatusCode.ERROR);
  }

  @Test
  void theLinesOfTheLogCarryTheTrace() {
    var lines = new ListAppender<ILoggingEvent>();
    var logger = (Logger) LoggerFactory.getLogger("dev.virtferry.migration");
    lines.start();
    logger.addAppender(lines);
    try {
      String trace = "2af7651916cd43dd8448eb211c80319e";
      migrateWithin(trace);
      arrive();
      spansOf(trace);
      assertThat(List.copyOf(lines.list))
          .filteredOn(line -> trace.equals(line.getMDCPropertyMap().get("traceId")))
          .extracting(line -> line.getMessage().split("\\W", 2)[0])
          .contains("Accepted", "Succeeded");
    } finally {
      logger.detachAppender(lines);
    }
  }

  @Test
  void aPollIsToldOfOnlyInATraceOfTheCaller() {
    String trace = "3af7651916cd43dd8448eb211c80319f";
    assertThat(http.get().uri("/v1/hosts")).hasStatus(200);
    assertThat(
            http.get()
                .uri("/v1/migrations")
                .header("traceparent", "00-%s-b7ad6b7169203331-01".formatted(trace)))
        .hasStatus(200);
    await().until(() -> !told.getFinishedSpanItems().isEmpty());
    assertThat(told.getFinishedSpanItems()).extracting(SpanData::getTraceId).containsOnly(trace);
  }
}
