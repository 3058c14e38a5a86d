package dev.virtferry.chart;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What operators get from the chart, and what they are told instead. */
class ChartTest {

  static Stream<String> examples() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("helm", "examples"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
    }
  }

  @Test
  void helmFindsNothingToSayAboutIt() {
    LintResult result = new Helm(Chart.DIRECTORY).lint().strict().call();
    assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
    assertThat(result.getMessages()).noneMatch(line -> line.matches("(?s).*\\[(WARN|ERR).*"));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyExampleBecomesObjectsThatKubernetesKnowsInEachDetail(String example) {
    assertThat(Chart.of(example).objects())
        .extracting(object -> object.getKind() + "/" + object.getMetadata().getName())
        .doesNotHaveDuplicates()
        .contains("Deployment/ferry-virt-ferry", "Service/ferry-virt-ferry");
  }

  @Test
  void aFieldThatKubernetesDoesNotKnowIsNoticed() {
    assertThatThrownBy(() ->
            Chart.of(
                "minimal.yaml",
                helm -> helm.set("tolerations[0].key", "a").set("tolerations[0].kee", "b")))
        .hasMessageContaining("kee");
  }

  @Test
  void oneReplicaKeepsItsDatabaseAndIsReplacedRatherThanDoubled() {
    Chart chart = Chart.of("minimal.yaml");
    assertThat(chart.the(Deployment.class).getSpec().getStrategy().getType()).isEqualTo("Recreate");
    assertThat(volume(chart, "data").getPersistentVolumeClaim().getClaimName())
        .isEqualTo(chart.the(PersistentVolumeClaim.class).getMetadata().getName());
    assertThat(chart.all(PodDisruptionBudget.class)).isEmpty();
  }

  @Test
  void severalReplicasStayWhileNodesAreEmptied() {
    Chart chart = Chart.of("production.yaml");
    assertThat(chart.the(Deployment.class).getSpec().getReplicas()).isEqualTo(3);
    assertThat(chart.the(PodDisruptionBudget.class).getSpec().getMaxUnavailable().getIntVal())
        .isEqualTo(1);
    assertThat(chart.all(PersistentVolumeClaim.class)).isEmpty();
  }

  @Test
  void selectorsFindThePodsOfTheServiceAlone() {
    Chart chart = Chart.of("production.yaml");
    Map<String, String> pods =
        chart.the(Deployment.class).getSpec().getTemplate().getMetadata().getLabels();
    assertThat(chart.all(Service.class))
        .hasSize(2)
        .allSatisfy(service ->
            assertThat(pods.entrySet()).containsAll(service.getSpec().getSelector().entrySet()));
    assertThat(pods.entrySet())
        .containsAll(
            chart.the(NetworkPolicy.class).getSpec().getPodSelector().getMatchLabels().entrySet());
    assertThat(chart.the(Pod.class).getMetadata().getLabels().entrySet())
        .as("the pod of helm test gets no calls")
        .doesNotContainAnyElementsOf(
            chart.all(Service.class).getFirst().getSpec().getSelector().entrySet().stream()
                .filter(label -> label.getKey().endsWith("component"))
                .toList());
  }

  @Test
  void prometheusScrapesTheManagementPortWithAToken() {
    Chart chart = Chart.of("production.yaml");
    var monitor = chart.the(ServiceMonitor.class).getSpec();
    assertThat(chart.all(Service.class))
        .filteredOn(service ->
            service
                .getMetadata()
                .getLabels()
                .entrySet()
                .containsAll(monitor.getSelector().getMatchLabels().entrySet()))
        .singleElement()
        .satisfies(service ->
            assertThat(service.getSpec().getPorts().getFirst().getName())
                .isEqualTo(monitor.getEndpoints().getFirst().getPort()))
        .satisfies(service ->
            assertThat(service.getMetadata().getLabels())
                .containsEntry(monitor.getJobLabel(), "virt-ferry"));
    assertThat(monitor.getEndpoints().getFirst().getAuthorization().getCredentials().getName())
        .isEqualTo("virt-ferry-scrape");
  }

  @Test
  void anotherConfigurationReplacesThePods() {
    String checksum = checksum(helm -> helm);
    assertThat(checksum(helm -> helm)).isEqualTo(checksum);
    assertThat(checksum).isNotEqualTo(checksum(helm -> helm.set("limits.total", 7)));
  }

  @Test
  void valuesThatNeedOneAnotherAreAskedForInASentence() {
    refused(
        helm -> helm.set("replicas", 2),
        "replicas: 2 of them need PostgreSQL, as the embedded database serves one process");
    refused(
        helm -> helm.set("postgresql.url", "jdbc:postgresql://db/ferry"),
        "postgresql: a url needs username and passwordSecret.name too");
    refused(
        helm -> helm.set("access.tokens", "null"),
        "access: nobody is configured who may call, and virt-ferry does not start in a pod then");
    refused(helm -> helm.set("access.tokensSecret", ""), "access.tokensSecret: name the Secret");
    refused(helm -> helm.set("hosts", "null"), "hosts: the inventory is empty");
    refused(
        helm -> helm.set("libvirt.tls.secret", ""),
        "libvirt.tls.secret: kvm-a is dialled with TLS and there is no client certificate");
    refused(
        helm -> helm.set("webhooks.allowed[0].origin", "https://a.example"),
        "webhooks.signingSecret.name: messages to webhooks.allowed are signed");
    refused(
        helm -> helm.set("serviceMonitor.enabled", true),
        "serviceMonitor.tokenSecret.name: metrics are read with a token");
    refused(helm -> helm.set("ingress.enabled", true), "ingress.host: say under which name");
  }

  @Test
  void valuesThatNobodyKnowsAreRefused() {
    refused(helm -> helm.set("replicaCount", 2), "replicaCount");
    refused(helm -> helm.set("hosts[0].peer-uri", "qemu+tls://a/system"), "peer-uri");
    refused(helm -> helm.set("access.tokens[0].sha256", "00"), "sha256");
    refused(helm -> helm.set("access.tokens[0].role", "root"), "role");
    refused(helm -> helm.set("transports[0]", "ssh"), "transports");
    refused(helm -> helm.set("terminationGracePeriodSeconds", 5), "terminationGracePeriodSeconds");
  }

  private static void refused(UnaryOperator<TemplateCommand> values, String words) {
    assertThatThrownBy(() -> Chart.of("minimal.yaml", values)).hasMessageContaining(words);
  }

  private static String checksum(UnaryOperator<TemplateCommand> values) {
    return requireNonNull(
        Chart.of("minimal.yaml", values)
            .the(Deployment.class)
            .getSpec()
            .getTemplate()
            .getMetadata()
            .getAnnotations()
            .get("checksum/config"));
  }

  private static Volume volume(Chart chart, String name) {
    return chart.the(Deployment.class).getSpec().getTemplate().getSpec().getVolumes().stream()
        .filter(volume -> volume.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
