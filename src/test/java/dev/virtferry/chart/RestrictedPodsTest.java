package dev.virtferry.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the pods to the <a
 * href="https://kubernetes.io/docs/concepts/security/pod-security-standards/">restricted</a> Pod
 * Security Standard, and to what this project asks for beyond it.
 */
class RestrictedPodsTest {

  static Stream<PodSpec> pods() throws Exception {
    return ChartTest.examples()
        .map(Chart::of)
        .flatMap(chart ->
            Stream.of(
                chart.the(Deployment.class).getSpec().getTemplate().getSpec(),
                chart.the(Pod.class).getSpec()));
  }

  @ParameterizedTest
  @MethodSource("pods")
  void thePodSharesNothingWithItsNode(PodSpec pod) {
    assertThat(pod.getHostNetwork()).isNull();
    assertThat(pod.getHostPID()).isNull();
    assertThat(pod.getHostIPC()).isNull();
    assertThat(pod.getVolumes()).allMatch(RestrictedPodsTest::isOfAnAllowedKind);
  }

  private static boolean isOfAnAllowedKind(Volume volume) {
    return Stream.of(
                volume.getConfigMap(),
                volume.getSecret(),
                volume.getProjected(),
                volume.getEmptyDir(),
                volume.getPersistentVolumeClaim())
            .filter(kind -> kind != null)
            .count()
        == 1;
  }

  @ParameterizedTest
  @MethodSource("pods")
  void thePodIsAUserWithoutRights(PodSpec pod) {
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(10001);
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(pod.getInitContainers()).isEmpty();
    assertThat(pod.getContainers()).allSatisfy(RestrictedPodsTest::hasNoRights);
  }

  private static void hasNoRights(Container container) {
    var context = container.getSecurityContext();
    assertThat(context.getAllowPrivilegeEscalation()).isFalse();
    assertThat(context.getCapabilities().getDrop()).isEqualTo(List.of("ALL"));
    assertThat(context.getCapabilities().getAdd()).isEmpty();
    assertThat(context.getPrivileged()).isNull();
    assertThat(context.getRunAsUser()).isNull();
    assertThat(container.getPorts()).allMatch(port -> port.getHostPort() == null);
  }

  @ParameterizedTest
  @MethodSource("pods")
  void thePodWritesNowhereElseAndHasNoTokenOfTheCluster(PodSpec pod) {
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getContainers())
        .allSatisfy(container -> {
          assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
          assertThat(container.getVolumeMounts())
              .filteredOn(mount -> mount.getReadOnly() == null)
              .allMatch(mount -> List.of("tmp", "data").contains(mount.getName()));
        });
  }

  @ParameterizedTest
  @MethodSource("dev.virtferry.chart.ChartTest#examples")
  void theServiceAccountHasNoTokenEither(String example) {
    assertThat(Chart.of(example).the(ServiceAccount.class).getAutomountServiceAccountToken())
        .isFalse();
  }
}
