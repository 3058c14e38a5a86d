package dev.virtferry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtferry.host.HostProperties;
import dev.virtferry.host.Inventory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What a token is bound to is there, or nothing starts. */
@BesideOthers
class UnknownHostsTest {

  @Configuration(proxyBeanMethods = false)
  @ConfigurationPropertiesScan(basePackageClasses = VirtFerryApplication.class)
  @Import({Inventory.class, UnknownHosts.class})
  static class Settings {}

  private static int started(String... settings) {
    try (var context = new AnnotationConfigApplicationContext()) {
      TestPropertyValues.of(settings).applyTo(context);
      context.register(Settings.class);
      context.refresh();
      return context.getBean(HostProperties.class).hosts().size();
    }
  }

  private static int startedFor(String host) {
    return started(
        "ferry.hosts[0].name=kvm-a",
        "ferry.hosts[0].uri=qemu+tls://kvm-a/system",
        "ferry.hosts[1].name=store-1",
        "ferry.hosts[1].uri=qemu+tls://store-1/system",
        "ferry.access.tokens[0].name=free",
        "ferry.access.tokens[1].hosts[0]=kvm-a",
        "ferry.access.tokens[1].hosts[1]=" + host);
  }

  @ParameterizedTest
  @CsvSource({"kvm-z, kvm-a", "KVM-A, kvm-a", "kvm_a, kvm-a", "store-*, store-1", "*, kvm-a"})
  void aTokenForAHostThatIsNoneStopsTheStart(String host, String nearest) {
    assertThatThrownBy(() -> startedFor(host))
        .rootCause()
        .isInstanceOf(InvalidSetting.class)
        .hasMessage(
            "ferry.access.tokens[1].hosts: '%s' is no host of ferry.hosts; the nearest is '%s'."
                .formatted(host, nearest));
  }

  @Test
  void soItDoesWhereThereAreNoHostsAtAll() {
    assertThatThrownBy(() -> started("ferry.access.tokens[0].hosts=kvm-a"))
        .rootCause()
        .hasMessageEndingWith("'kvm-a' is no host of ferry.hosts; it has none.");
  }

  @Test
  void aTokenForHostsThatAreThereIsTaken() {
    assertThat(startedFor("store-1")).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"srv/nfs", "./srv", "nfs:/srv"})
  void aSharedPathThatCanBeNonesStopsTheStart(String path) {
    assertThatThrownBy(() -> started("ferry.shared-paths[0]=" + path))
        .rootCause()
        .hasMessageContaining("sharedPaths[0]")
        .hasMessageContaining("must be an absolute path");
  }
}
