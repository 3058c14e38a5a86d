package dev.virtferry.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Alerts and dashboard; that Prometheus understands them is {@link AlertRulesIT}'s. */
class MonitoringTest {

  private static final List<String> KNOWN =
      List.of(
          "ferry_libvirt_calls_seconds_bucket",
          "ferry_libvirt_calls_seconds_count",
          "ferry_libvirt_calls_seconds_sum",
          "ferry_libvirt_connections",
          "ferry_migration_downtime_seconds_bucket",
          "ferry_migration_downtime_seconds_count",
          "ferry_migration_downtime_seconds_sum",
          "ferry_migration_duration_seconds_bucket",
          "ferry_migration_duration_seconds_count",
          "ferry_migration_duration_seconds_sum",
          "ferry_migration_ended_total",
          "ferry_migration_entered_total",
          "ferry_migration_moved_bytes_count",
          "ferry_migration_moved_bytes_sum",
          "ferry_migration_phase_seconds_count",
          "ferry_migration_phase_seconds_sum",
          "ferry_migration_throughput_bytes_per_second_count",
          "ferry_migration_throughput_bytes_per_second_sum",
          "ferry_migrations",
          "ferry_migrations_stalled",
          "ferry_queue_age_seconds",
          "ferry_webhook_deliveries_total",
          "hikaricp_connections_active",
          "hikaricp_connections_max",
          "hikaricp_connections_pending",
          "http_server_requests_seconds_count",
          "http_server_requests_seconds_sum",
          "jvm_memory_used_bytes",
          "up");

  @Test
  void alertsAndDashboardAskForTheseMetrics() throws IOException {
    assertThat(Monitoring.metrics()).containsExactlyElementsOf(KNOWN);
  }

  @Test
  void metricsAreFoundInWhateverIsAroundThem() {
    assertThat(
            Monitoring.metrics(
                """
                topk(10, sum by (host) (rate(a_total{job="x y", z=~"(?i:b)"}[5m])) / on (c) d:e) > 0.5
                  and max(up) == bool 1
                """))
        .containsExactly("a_total", "d:e", "up");
  }

  @Test
  void everyAlertSaysWhatItIsAndWhereToReadOn() throws IOException {
    assertThat(Monitoring.alerts())
        .isNotEmpty()
        .allSatisfy(alert -> {
          assertThat(annotation(alert, "summary")).hasSizeBetween(10, 80);
          assertThat(annotation(alert, "description")).endsWith(".");
          assertThat(annotation(alert, "runbook_url"))
              .isEqualTo("docs/runbook.md#" + alert.getAlert().toLowerCase(Locale.ROOT));
        })
        .extracting(Rule::getAlert)
        .doesNotHaveDuplicates();
  }

  private static String annotation(Rule alert, String name) {
    return alert.getAnnotations().getOrDefault(name, "");
  }

  @Test
  void theChartHandsOnEveryAlertAndWhereTheRunbookIs() throws IOException {
    var rule =
        Chart.of(
                "production.yaml",
                helm -> helm.set("prometheusRule.runbook", "https://docs.example/runbook"))
            .the(PrometheusRule.class);
    assertThat(rule.getSpec().getGroups())
        .singleElement()
        .satisfies(group ->
            assertThat(group.getRules())
                .hasSameSizeAs(Monitoring.alerts().toList())
                .allSatisfy(alert ->
                    assertThat(annotation(alert, "runbook_url"))
                        .startsWith("https://docs.example/runbook#")));
  }

  @Test
  void eachAlertHasASectionInTheRunbook() throws IOException {
    String runbook = Files.readString(Path.of("docs", "runbook.md"));
    assertThat(Monitoring.alerts())
        .isNotEmpty()
        .allSatisfy(alert -> assertThat(runbook).contains("\n## " + alert.getAlert() + "\n"));
  }

  @Test
  void theDashboardIsHandedOnAsItIs() {
    assertThat(Chart.of("production.yaml").all(ConfigMap.class))
        .filteredOn(map -> "1".equals(map.getMetadata().getLabels().get("grafana_dashboard")))
        .singleElement()
        .satisfies(map ->
            assertThat(JsonMapper.shared().readTree(map.getData().get("virt-ferry.json")))
                .isEqualTo(
                    JsonMapper.shared()
                        .readTree(Chart.DIRECTORY.resolve("files/dashboard.json").toFile())));
  }
}
