package dev.virtferry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What is configured under {@code ferry} is read by somebody, or nothing starts. */
class UnknownSettingsTest {

  @Configuration(proxyBeanMethods = false)
  @ConfigurationPropertiesScan(basePackageClasses = VirtFerryApplication.class)
  @Import(UnknownSettings.class)
  static class Settings {}

  private static void start(TestPropertyValues values, TestPropertyValues.Type where) {
    try (var context = new AnnotationConfigApplicationContext()) {
      values.applyTo(context.getEnvironment(), where);
      context.register(Settings.class);
      // Nothing is bound: only the names matter here.
      context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor());
      context.refresh();
    }
  }

  private static void startWith(String setting) {
    start(TestPropertyValues.of(setting), TestPropertyValues.Type.MAP);
  }

  private static void startIn(String variable, String value) {
    start(
        TestPropertyValues.of(Map.of(variable, value)), TestPropertyValues.Type.SYSTEM_ENVIRONMENT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ferry.access.tokens[0].domain | ferry.access.tokens[n].domains",
        "ferry.access.tokens[0].expire | ferry.access.tokens[n].expires",
        "ferry.access.tokens[0].host | ferry.access.tokens[n].hosts",
        "ferry.access.token[0].domains | ferry.access.tokens[n].domains",
        "ferry.acces.tokens[0].name | ferry.access.tokens[n].name",
        "ferry.access.jwt.domain-claim | ferry.access.jwt.domains-claim",
        "ferry.limits.totall | ferry.limits.total",
        "ferry.watch.every | ferry.watch.interval",
        "ferry.qemumonitors | ferry.qemu-monitor",
        "ferry.access.tokens.domains | ferry.access.tokens[n].domains",
        "ferry.access.tokens[0].domains.more | ferry.access.tokens[n].domains",
      })
  void aSettingThatIsMisspeltStopsTheStart(String name, String nearest) {
    assertThatThrownBy(() -> startWith(name + "=x"))
        .hasMessageContaining(name + " (")
        .hasMessageContaining("is no setting of virt-ferry")
        .hasMessageEndingWith(
            name.contains("every") ? "." : "the nearest is %s.".formatted(nearest))
        .hasMessageNotContaining("=x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FERRY_ACCESS_TOKENS_0_DOMAIN | ferry.access.tokens[n].domains",
        "FERRY_ACCESS_TOKENS_0_EXPIRE | ferry.access.tokens[n].expires",
        "ferry_access_tokens_0_domain | ferry.access.tokens[n].domains",
        "FERRY_ACCESS_TOKENS_DOMAINS | ferry.access.tokens[n].domains",
        "FERRY_RATE_READ | ferry.rate.reads",
        "FERRY_ACCESS_ADMINTOKEN_FILE | ferry.access.admin-token-file",
        "FERRY_PORT | ferry.hosts[n].uri",
      })
  void aVariableThatIsMisspeltStopsTheStart(String name, String nearest) {
    assertThatThrownBy(() -> startIn(name, "8080"))
        .hasMessageContaining(name + " (")
        .hasMessageEndingWith(
            name.equals("FERRY_PORT") ? "." : "the nearest is %s.".formatted(nearest));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ferry.access.tokens[0].domains=a-*",
        "ferry.access.tokens[0].domains[1]=a-*",
        "ferry.access.tokens=",
        "ferry.access.adminTokenFile=x",
        "ferry.access.jwt.roles.admin=a,b",
        "ferry.access.jwt.roles.ADMIN[0]=a",
        "ferry.hosts[2].migrate-uri=tcp://x",
        "ferry.qemu-monitor=true",
        "ferryboat.name=x",
      })
  void aSettingThatIsKnownIsTaken(String setting) {
    assertThatCode(() -> startWith(setting)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "FERRY_ACCESS_TOKENS_0_DOMAINS, a-*",
    "FERRY_ACCESS_TOKENS_0_DOMAINS_1, a-*",
    "FERRY_ACCESS_ADMINTOKENFILE, x",
    "FERRY_ACCESS_ADMIN_TOKEN_FILE, x",
    "FERRY_HOSTS_0_MIGRATEURI, tcp://x",
    "FERRY_LIMITS_OUTGOINGPERHOST, 3",
    "ferry_qemumonitor, true",
    "FERRYBOAT_NAME, x",
  })
  void aVariableThatIsKnownIsTaken(String name, String value) {
    assertThatCode(() -> startIn(name, value)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "FERRY_PORT, tcp://10.0.0.1:8080",
    "FERRY_SERVICE_HOST, 10.0.0.1",
    "FERRY_SERVICE_PORT, 8080",
    "FERRY_SERVICE_PORT_HTTP, 8080",
    "FERRY_PORT_8080_TCP, tcp://10.0.0.1:8080",
    "FERRY_PORT_8080_TCP_PROTO, tcp",
    "FERRY_PORT_8080_TCP_PORT, 8080",
    "FERRY_PORT_8080_TCP_ADDR, 10.0.0.1",
    "FERRY_VIRT_FERRY_SERVICE_HOST, 10.0.0.1",
    "FERRY_VIRT_FERRY_PORT, tcp://10.0.0.1:8080",
  })
  void whatAPlatformTellsOfAServiceOfThatNameIsLeftAlone(String name, String value) {
    assertThatCode(() -> startIn(name, value)).doesNotThrowAnyException();
  }

  @Test
  void whoStartsItIsToldInASentence() {
    var analysis =
        Objects.requireNonNull(
            new StartFailures()
                .analyze(new IllegalStateException(new SettingMistake("x is no setting."))));
    assertThat(analysis.getDescription()).isEqualTo("x is no setting.");
    assertThat(analysis.getAction()).contains("README");
  }
}
