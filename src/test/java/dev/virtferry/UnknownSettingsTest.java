package dev.virtferry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtferry.access.AccessProperties;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/** What is configured under {@code ferry} is read by somebody, or nothing starts. */
@BesideOthers
class UnknownSettingsTest {

  /** What the service's own scan finds, looked for once. */
  private static final List<Class<?>> PROPERTIES = properties();

  private static List<Class<?>> properties() {
    var scan = new ClassPathScanningCandidateComponentProvider(false);
    scan.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
    return scan.findCandidateComponents(VirtFerryApplication.class.getPackageName()).stream()
        .<Class<?>>map(found ->
            ClassUtils.resolveClassName(Objects.requireNonNull(found.getBeanClassName()), null))
        .toList();
  }

  private static void start(TestPropertyValues values, TestPropertyValues.Type where) {
    start(values, where, TestPropertyValues.empty(), where);
  }

  private static void start(
      TestPropertyValues values,
      TestPropertyValues.Type where,
      TestPropertyValues more,
      TestPropertyValues.Type there) {
    try (var context = new AnnotationConfigApplicationContext()) {
      values.applyTo(context.getEnvironment(), where);
      more.applyTo(context.getEnvironment(), there);
      context.register(UnknownSettings.class);
      PROPERTIES.forEach(context::registerBean);
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
        "ferry.access.tokens[0].domains_[0]",
        "ferry.access.tokens[0].Domains[0]",
        "ferry.access.tokens[0].do-mains[0]",
        "ferry.access.to_kens[0].domains[0]",
      })
  void aSettingInTwoSpellingsStopsTheStart(String other) {
    var both = TestPropertyValues.of("ferry.access.tokens[0].domains[0]=*", other + "=ta-*");
    assertThatThrownBy(() -> start(both, TestPropertyValues.Type.MAP))
        .hasMessageContaining("is the same setting as ferry.access.tokens[0].")
        .hasMessageEndingWith("; write it once.");
  }

  @ParameterizedTest
  @CsvSource({
    "FERRY_RATE_READS, ferry_rate_reads",
    "FERRY_RATE_OPENCALLS, FERRY_RATE_OPEN_CALLS",
  })
  void soDoesAVariableInTwoSpellings(String one, String other) {
    var both = TestPropertyValues.of(Map.of(one, "1", other, "2"));
    assertThatThrownBy(() -> start(both, TestPropertyValues.Type.SYSTEM_ENVIRONMENT))
        .hasMessageContaining("is the same setting as");
  }

  /** Spring Boot takes the text, and says nothing of the rows. */
  @ParameterizedTest
  @CsvSource({
    "ferry.access.tokens[0].domains, ferry.access.tokens[0].domains[0]",
    "ferry.access.tokens[0].hosts, ferry.access.tokens[0].hosts[1]",
    "ferry.access.tokens[0].Domains, ferry.access.tokens[0].do-mains[0]",
    "ferry.webhooks.allowed[0].networks, ferry.webhooks.allowed[0].networks[0]",
    "ferry.access.jwt.roles.admin, ferry.access.jwt.roles.admin[0]",
    "ferry.shared-paths, ferry.sharedPaths[0]",
    "ferry.hosts, ferry.hosts[0].name",
  })
  void aListAsTextAndByItsRowsStopsTheStart(String list, String row) {
    var both = TestPropertyValues.of(list + "=", row + "=ta-*");
    assertThatThrownBy(() -> start(both, TestPropertyValues.Type.MAP))
        .hasMessageContaining("%s is a text there; write the list in one way.".formatted(list));
  }

  @ParameterizedTest
  @CsvSource({
    "FERRY_ACCESS_TOKENS_0_DOMAINS, FERRY_ACCESS_TOKENS_0_DOMAINS_0",
    "FERRY_ACCESS_TOKENS_0_HOSTS, ferry_access_tokens_0_hosts_1",
    "FERRY_SHAREDPATHS, FERRY_SHARED_PATHS_0",
    "FERRY_HOSTS, FERRY_HOSTS_0_NAME",
  })
  void soDoesOneInVariables(String list, String row) {
    var both = TestPropertyValues.of(Map.of(list, "", row, "ta-*"));
    assertThatThrownBy(() -> start(both, TestPropertyValues.Type.SYSTEM_ENVIRONMENT))
        .hasMessageContaining("%s is a text there; write the list in one way.".formatted(list));
  }

  /** Containers can be given variables of any name. */
  @ParameterizedTest
  @ValueSource(strings = {"ferry.access.tokens[0].domains", "ferry.access.tokens[0].Domains"})
  void soDoesAVariableThatIsSpeltLikeAPropertyBesideTheOther(String property) {
    var both =
        TestPropertyValues.of(Map.of("FERRY_ACCESS_TOKENS_0_DOMAINS", "*", property, "ta-*"));
    assertThatThrownBy(() -> start(both, TestPropertyValues.Type.SYSTEM_ENVIRONMENT))
        .hasMessageContaining("is the same setting as")
        .hasMessageEndingWith("; write it once.");
  }

  /** Spring Boot would take it for absent, and what is absent binds nobody. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ferry.access.tokens[0].name=",
        "ferry.access.tokens[0].sha256=",
        "ferry.access.tokens[0].role= ",
        "ferry.access.tokens[0].expires=",
        "ferry.access.tokens[0].expires=${nowhere:}",
        "ferry.access.tokens[0].domains=",
        "ferry.access.tokens[0].domains[0]=",
        "ferry.access.tokens[0].domains[1]= ",
        "ferry.access.tokens[3].hosts=${nowhere: }",
        "ferry.access.tokens[0]=",
        "ferry.access.jwt=",
        "ferry.access.jwt.issuer=",
        "ferry.access.jwt.audience=",
        "ferry.access.jwt.jwk-set-uri=",
        "ferry.access.jwt.domainsClaim=",
        "ferry.access.jwt.hosts-claim=",
        "ferry.access.jwt.roles=",
        "ferry.access.jwt.roles.admin=",
        "ferry.access.jwt.require-expiry=",
        "ferry.access.admin-token-file=",
        "ferry.hosts[0]=",
        "ferry.hosts[0].uri=",
        "ferry.hosts[0].peer-uri=",
        "ferry.hosts[0].migrateUri= ",
        "ferry.hosts[0].disks-uri=${nowhere:}",
        "ferry.shared-paths[0]=",
        "ferry.transports[1]=",
        "ferry.webhooks.ssl-bundle=",
        "ferry.webhooks.timeout=",
        "ferry.webhooks.allowed[0]=",
        "ferry.webhooks.allowed[0].origin=",
        "ferry.webhooks.allowed[0].networks[0]=",
        "ferry.webhooks.secrets[0]=",
        "ferry.webhooks.retries[0]=",
        "ferry.qemu-monitor=",
        "ferry.defaults.guarded-switchover=",
        "ferry.limits.total=",
        "ferry.rate.max-body=",
        "ferry.retention.audit=",
        "ferry.stall.storage-action=",
        "ferry.watch.events=",
      })
  void whatIsSaidIsSaidWithAValueOrNotAtAll(String setting) {
    assertThatThrownBy(() -> startWith(setting))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining(setting.substring(0, setting.indexOf('=')) + " (")
        .hasMessageEndingWith("has no value; give it one, or remove it.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "FERRY_ACCESS_TOKENS_0_EXPIRES",
        "FERRY_ACCESS_TOKENS_0_DOMAINS",
        "FERRY_ACCESS_TOKENS_0_DOMAINS_0",
        "ferry_access_tokens_0_hosts",
        "FERRY_ACCESS_JWT_AUDIENCE",
        "FERRY_ACCESS_JWT_DOMAINS_CLAIM",
        "FERRY_ACCESS_ADMINTOKENFILE",
        "FERRY_WEBHOOKS_SSLBUNDLE",
        "FERRY_SHAREDPATHS_0",
        "FERRY_HOSTS_0_MIGRATEURI",
        "FERRY_QEMUMONITOR",
        "ferry_stall_storage_after",
      })
  void soIsAVariableOfTheEnvironment(String name) {
    assertThatThrownBy(() -> startIn(name, ""))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining(name + " (")
        .hasMessageEndingWith("has no value; give it one, or remove it.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "domains:",
        "domains: ''",
        "domains: []",
        "domains: ['']",
        "domains: ~",
        "hosts: []",
        "expires:",
        "expires: ''",
        "role: ''",
        "name: null"
      })
  void soIsALineOfYaml(String line) throws IOException {
    assertThatThrownBy(() -> startWithYaml("ferry.access.tokens: [{%s}]".formatted(line)))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("ferry.access.tokens[0]." + line.substring(0, line.indexOf(':')))
        .hasMessageEndingWith("has no value; give it one, or remove it.");
  }

  private static void startWithYaml(String yaml) throws IOException {
    try (var context = new AnnotationConfigApplicationContext()) {
      new YamlPropertySourceLoader()
          .load("file", new ByteArrayResource(yaml.getBytes(UTF_8)))
          .forEach(context.getEnvironment().getPropertySources()::addFirst);
      context.register(UnknownSettings.class);
      PROPERTIES.forEach(context::registerBean);
      context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor());
      context.refresh();
    }
  }

  /** A text with commas loses the blanks around names, a list does not. */
  @Test
  void aListKeepsTheBlanksOfADomainsName() throws IOException {
    var sources =
        new YamlPropertySourceLoader()
            .load(
                "file",
                new ByteArrayResource(
                    "ferry.access.tokens: [{domains: ['g ', 'a-*']}, {domains: 'g , a-*'}]"
                        .getBytes(UTF_8)));
    AccessProperties access =
        new Binder(ConfigurationPropertySources.from(sources))
            .bind("ferry.access", AccessProperties.class)
            .get();
    assertThat(access.tokens())
        .extracting(AccessProperties.Token::domains)
        .containsExactly(List.of("g ", "a-*"), List.of("g", "a-*"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ferry.access.tokens[0].domains=a-*",
        "ferry.access.tokens[0].domains[1]=a-*",
        "ferry=",
        "ferry.access=",
        "ferry.access.tokens=",
        "ferry.hosts=",
        "ferry.shared-paths=",
        "ferry.watch=",
        "ferry.webhooks.allowed=",
        "ferry.webhooks.allowed[0].networks=",
        "ferry.webhooks.secrets= ",
        "ferry.webhooks.retries=",
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
                .analyze(new IllegalStateException(new InvalidSetting("x is no setting."))));
    assertThat(analysis.getDescription()).isEqualTo("x is no setting.");
    assertThat(analysis.getAction()).contains("README");
  }

  /** The binder takes a list from the first place that has any of it, and leaves the others out. */
  @ParameterizedTest
  @CsvSource({
    "ferry.access.tokens[0].domains, FERRY_ACCESS_TOKENS_0_NAME, ferry.access.tokens",
    "ferry.access.tokens[1].hosts, FERRY_ACCESS_TOKENS_0_SHA256, ferry.access.tokens",
    "ferry.hosts[0].uri, FERRY_HOSTS_0_NAME, ferry.hosts",
    "ferry.webhooks.allowed[0].networks[0], FERRY_WEBHOOKS_ALLOWED_0_ORIGIN, ferry.webhooks.allowed",
    "ferry.shared-paths[0], FERRY_SHAREDPATHS, ferry.shared-paths",
  })
  void aPartOfAListThatComesFromAnotherPlaceStopsTheStart(
      String inTheFile, String variable, String list) {
    assertThatThrownBy(() ->
            start(
                TestPropertyValues.of(inTheFile + "=x"),
                TestPropertyValues.Type.MAP,
                TestPropertyValues.of(Map.of(variable, "x")),
                TestPropertyValues.Type.SYSTEM_ENVIRONMENT))
        .hasMessageContaining("is not read, as " + list + " comes from")
        .hasMessageEndingWith("write all of a list in one place.");
  }
}
