package dev.virtferry.chart;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.springframework.util.FileSystemUtils;
import org.springframework.util.function.SingletonSupplier;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * What the chart makes of values, each object read as what Kubernetes knows of its kind.
 *
 * @param objects in the order of the templates
 */
record Chart(List<HasMetadata> objects) {

  static final Path DIRECTORY = Path.of("helm", "virt-ferry");

  private static final Supplier<Path> WITHOUT_HOOKS = SingletonSupplier.of(Chart::withoutHooks);

  private static final List<Class<? extends HasMetadata>> KINDS =
      List.of(
          ConfigMap.class,
          Deployment.class,
          Ingress.class,
          NetworkPolicy.class,
          PersistentVolumeClaim.class,
          Pod.class,
          PodDisruptionBudget.class,
          PrometheusRule.class,
          Service.class,
          ServiceAccount.class,
          ServiceMonitor.class);

  /** The models keep what they do not know; here that is an error. */
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .annotationIntrospector(new NothingFurther())
          .build();

  /**
   * Renders the chart.
   *
   * @param example name of a file in {@code helm/examples}
   */
  static Chart of(String example) {
    return of(example, helm -> helm);
  }

  /** Renders it with further values. */
  static Chart of(String example, UnaryOperator<TemplateCommand> more) {
    return new Chart(
        documents(render(helm -> more.apply(helm.withValuesFile(example(example)))))
            .map(Chart::object)
            .toList());
  }

  static String render(UnaryOperator<TemplateCommand> values) {
    return values
        .apply(
            new Helm(WITHOUT_HOOKS.get())
                .template()
                .withName("ferry")
                .withNamespace("cloud")
                .withKubeVersion("1.30.0"))
        .call();
  }

  /** The pod of {@code helm test} is a hook, and helm-java does not show hooks. */
  private static Path withoutHooks() {
    Path copy = Path.of("target", "chart", DIRECTORY.getFileName().toString());
    try {
      FileSystemUtils.deleteRecursively(copy);
      FileSystemUtils.copyRecursively(DIRECTORY, copy);
      Path test = copy.resolve("templates/tests/locked.yaml");
      Files.writeString(test, Files.readString(test).replace("helm.sh/hook: test", "was: hook"));
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path example(String name) {
    return Path.of("helm", "examples", name);
  }

  /** The only object of that kind. */
  <T extends HasMetadata> T the(Class<T> kind) {
    List<T> all = all(kind);
    if (all.size() != 1) {
      throw new AssertionError(
          String.format(Locale.ROOT, "%d of %s", all.size(), kind.getSimpleName()));
    }
    return all.getFirst();
  }

  <T extends HasMetadata> List<T> all(Class<T> kind) {
    return objects.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The service's configuration. */
  String applicationYaml() {
    return all(ConfigMap.class).stream()
        .map(map -> map.getData().get("application.yaml"))
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow();
  }

  private static Stream<Map<?, ?>> documents(String rendered) {
    var options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    return StreamSupport.stream(new Yaml(options).loadAll(rendered).spliterator(), false)
        .filter(Objects::nonNull)
        .map(document -> (Map<?, ?>) document);
  }

  private static HasMetadata object(Map<?, ?> document) {
    Class<? extends HasMetadata> kind =
        KINDS.stream()
            .filter(k -> HasMetadata.getKind(k).equals(document.get("kind")))
            .filter(k -> HasMetadata.getApiVersion(k).equals(document.get("apiVersion")))
            .findFirst()
            .orElseThrow(() -> new AssertionError("Nobody knows this kind: " + document));
    return strictly(document, kind);
  }

  /** Reads it as that type, and fails at whatever the type does not know. */
  static <T> T strictly(Object document, Class<T> type) {
    return STRICT.convertValue(document, type);
  }

  private static final class NothingFurther extends JacksonAnnotationIntrospector {

    private static final long serialVersionUID = 1L;

    @Override
    public Boolean hasAnySetter(Annotated member) {
      return false;
    }
  }
}
