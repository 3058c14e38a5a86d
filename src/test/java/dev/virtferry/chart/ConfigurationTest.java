package dev.virtferry.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.marcnuri.helm.TemplateCommand;
import dev.virtferry.access.AccessProperties;
import dev.virtferry.access.Role;
import dev.virtferry.disk.DiskProperties;
import dev.virtferry.host.HostProperties;
import dev.virtferry.migration.run.RunProperties;
import dev.virtferry.migration.store.AdmissionProperties;
import dev.virtferry.notice.WebhookProperties;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;

/**
 * The service reads what the chart writes: its files are laid out as in a pod and read the same
 * way.
 */
class ConfigurationTest {

  /** Each part of {@code ferry} that the chart or an example writes, and what it has to fit. */
  private static final Map<String, Class<?>> PARTS =
      Map.of(
          "ferry.access", AccessProperties.class,
          "ferry.limits", AdmissionProperties.class,
          "ferry.watch", RunProperties.class,
          "ferry.webhooks", WebhookProperties.class);

  @TempDir Path pod;

  @ParameterizedTest
  @MethodSource("dev.virtferry.chart.ChartTest#examples")
  void theServiceKnowsEverySettingThatIsWritten(String example) throws IOException {
    ConfigurableEnvironment environment = started(Chart.of(example));
    var strict = new NoUnboundElementsBindHandler(BindHandler.DEFAULT);
    Binder binder = Binder.get(environment);
    PARTS.forEach((name, type) -> binder.bind(name, Bindable.of(type), strict));
    binder.bind("ferry.hosts", Bindable.listOf(HostProperties.Row.class), strict);
    Map<String, Object> written =
        binder.bind("ferry", Bindable.mapOf(String.class, Object.class)).get();
    assertThat(written.keySet())
        .isSubsetOf("access", "hosts", "limits", "shared-paths", "transports", "watch", "webhooks");
  }

  @Test
  void valuesArriveWhereTheyAreMeant() throws IOException {
    Binder binder = Binder.get(started(Chart.of("production.yaml")));
    HostProperties hosts = binder.bind("ferry", HostProperties.class).get();
    assertThat(hosts.hosts())
        .containsExactly(
            new HostProperties.Row(
                "kvm-a", "qemu+tls://kvm-a.example/system", null, "tcp://10.0.0.1", null),
            new HostProperties.Row(
                "kvm-b", "qemu+tls://kvm-b.example/system", null, "tcp://10.0.0.2", null));
    assertThat(hosts.transports()).containsExactly("tls");
    assertThat(binder.bind("ferry", DiskProperties.class).get().sharedPaths())
        .containsExactly("/mnt/nfs");
    assertThat(binder.bind("ferry.limits", AdmissionProperties.class).get())
        .isEqualTo(new AdmissionProperties(4, 4, 50, 1000));
    assertThat(binder.bind("ferry.watch", RunProperties.class).get().interval())
        .isEqualTo(Duration.ofMillis(500));
  }

  @Test
  void secretsArriveAsFiles() throws IOException {
    Binder binder = Binder.get(started(Chart.of("production.yaml")));
    assertThat(binder.bind("ferry.access", AccessProperties.class).get().tokens())
        .extracting(AccessProperties.Token::name, AccessProperties.Token::sha256)
        .containsExactly(
            tuple("control-plane", "virt-ferry-tokens/control-plane"),
            tuple("tenant a", "virt-ferry-tokens/tenant-a"),
            tuple("prometheus", "virt-ferry-tokens/prometheus"));
    assertThat(binder.bind("spring.datasource.password", String.class).get())
        .isEqualTo("virt-ferry-database/password");
    assertThat(binder.bind("ferry.webhooks", WebhookProperties.class).get().secrets())
        .containsExactly("virt-ferry-webhooks/secrets");
    assertThat(binder.bind("db-scheduler.polling-strategy", String.class).get())
        .isEqualTo("lock-and-fetch");
  }

  @Test
  void theIdentityProviderIsAskedAsItIsConfigured() throws IOException {
    AccessProperties.Jwt jwt =
        Binder.get(started(Chart.of("tls-sasl-oidc.yaml")))
            .bind("ferry.access", AccessProperties.class)
            .get()
            .jwt();
    assertThat(jwt)
        .isEqualTo(
            new AccessProperties.Jwt(
                "https://id.example/realms/cloud",
                null,
                "virt-ferry",
                "preferred_username",
                "realm_access.roles",
                Map.of(
                    Role.ADMIN, List.of("ferry-admins"),
                    Role.OPERATOR, List.of("ferry-operators")),
                "ferry_domains",
                null,
                true));
  }

  @Test
  void theServiceListensToOthersOnThePortsThatAreProbed() throws IOException {
    Chart chart = Chart.of("minimal.yaml");
    Binder binder = Binder.get(started(chart));
    ServerProperties server = binder.bind("server", ServerProperties.class).get();
    assertThat(server.getAddress()).matches(InetAddress::isAnyLocalAddress);
    assertThat(podOf(chart).getContainers().getFirst().getPorts())
        .extracting(port -> port.getName() + " " + port.getContainerPort())
        .containsExactly(
            "http " + server.getPort(),
            "management " + binder.bind("management.server.port", String.class).get());
  }

  @Test
  void whatTheChartSaysCountsMoreThanFurtherSettings() throws IOException {
    UnaryOperator<TemplateCommand> more =
        helm -> helm.set("config.server.address", "127.0.0.1").set("config.ferry.limits.total", 7);
    ConfigurableEnvironment environment = started(Chart.of("minimal.yaml", more));
    assertThat(environment.getProperty("server.address")).isEqualTo("0.0.0.0");
    assertThat(environment.getProperty("ferry.limits.total")).isEqualTo("50");
  }

  @Test
  void theSecretConfigurationIsReadLast() throws IOException {
    Chart chart = Chart.of("minimal.yaml", helm -> helm.set("configSecret", "inventory"));
    lay(chart);
    Files.writeString(
        Files.createDirectories(pod.resolve("etc/virt-ferry/private")).resolve("application.yaml"),
        "ferry: {hosts: [{name: kvm-z, uri: 'qemu+tls://z/system'}]}");
    assertThat(Binder.get(read(chart)).bind("ferry", HostProperties.class).get().hosts())
        .extracting(HostProperties.Row::name)
        .containsExactly("kvm-z");
  }

  @Test
  void aSettingThatTheServiceDoesNotKnowIsNoticed() throws IOException {
    Binder binder =
        Binder.get(started(Chart.of("minimal.yaml", h -> h.set("config.ferry.watch.every", "1s"))));
    assertThatThrownBy(() ->
            binder.bind(
                "ferry.watch",
                Bindable.of(RunProperties.class),
                new NoUnboundElementsBindHandler(BindHandler.DEFAULT)))
        .hasRootCauseMessage("The elements [ferry.watch.every] were left unbound.");
  }

  /** What the service may take to end, as it is configured, fits into the grace period. */
  @Test
  void aPodHasTheTimeToEndInOrder() throws IOException {
    Chart chart = Chart.of("production.yaml");
    Binder binder = Binder.get(started(chart));
    Duration requests =
        binder.bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class).get();
    Duration runs = binder.bind("db-scheduler.shutdown-max-wait", Duration.class).get();
    PodSpec pod = podOf(chart);
    long preStop =
        pod.getContainers().getFirst().getLifecycle().getPreStop().getSleep().getSeconds();
    // The server stops in two phases: open requests, then itself. A margin for connections.
    assertThat(Duration.ofSeconds(pod.getTerminationGracePeriodSeconds()))
        .isGreaterThanOrEqualTo(
            requests.multipliedBy(2).plus(runs).plusSeconds(preStop).plusSeconds(10));
  }

  private ConfigurableEnvironment started(Chart chart) throws IOException {
    lay(chart);
    Path secret = Files.createDirectories(pod.resolve("etc/virt-ferry/private"));
    Files.createFile(secret.resolve("application.yaml"));
    return read(chart);
  }

  /** Writes the files that the pod would find; the value of each secret tells where it is from. */
  private void lay(Chart chart) throws IOException {
    Path config = Files.createDirectories(pod.resolve("etc/virt-ferry/config"));
    Files.writeString(
        config.resolve("application.yaml"),
        chart
            .applicationYaml()
            .replace("/etc/virt-ferry", pod.resolve("etc/virt-ferry").toString()));
    Path secrets = Files.createDirectories(pod.resolve("etc/virt-ferry/secrets"));
    for (VolumeProjection source : projected(podOf(chart))) {
      for (KeyToPath item : source.getSecret().getItems()) {
        Files.writeString(
            secrets.resolve(item.getPath()), source.getSecret().getName() + "/" + item.getKey());
      }
    }
  }

  private ConfigurableEnvironment read(Chart chart) {
    String location =
        podOf(chart).getContainers().getFirst().getEnv().stream()
            .filter(variable -> variable.getName().equals("SPRING_CONFIG_ADDITIONALLOCATION"))
            .findFirst()
            .orElseThrow()
            .getValue()
            .replace("/etc/virt-ferry", pod.resolve("etc/virt-ferry").toString());
    var environment = new StandardEnvironment();
    TestPropertyValues.of("spring.config.additional-location=" + location).applyTo(environment);
    ConfigDataEnvironmentPostProcessor.applyTo(environment);
    return environment;
  }

  private static PodSpec podOf(Chart chart) {
    return chart.the(Deployment.class).getSpec().getTemplate().getSpec();
  }

  private static List<VolumeProjection> projected(PodSpec pod) {
    return pod.getVolumes().stream()
        .filter(volume -> volume.getName().equals("secrets"))
        .filter(volume -> volume.getProjected() != null)
        .flatMap(volume -> volume.getProjected().getSources().stream())
        .toList();
  }
}
