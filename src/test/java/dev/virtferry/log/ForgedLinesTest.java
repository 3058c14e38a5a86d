package dev.virtferry.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.BesideOthers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.logging.LoggingSystemProperty;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What comes from outside writes no line, no colour and no direction, whoever logs it. */
@ExtendWith(OutputCaptureExtension.class)
@ResourceLock(BesideOthers.LOG)
@Order(1)
class ForgedLinesTest {

  /** All that could act on who reads a log: as UTF-16, so that halves of characters are there. */
  private static final List<String> ACTING =
      IntStream.of(
              IntStream.concat(
                      IntStream.concat(IntStream.rangeClosed(0, 0x1f), IntStream.range(0x7f, 0xa0)),
                      IntStream.of(
                          0x61c, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c,
                          0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0xfeff, 0xd800, 0xdbff,
                          0xdc00, 0xdfff, 0xe0001))
                  .toArray())
          .mapToObj(Character::toString)
          .toList();

  private static final BitSet ACTING_CODES =
      ACTING.stream()
          .mapToInt(acting -> acting.codePointAt(0))
          .collect(BitSet::new, BitSet::set, BitSet::or);

  private static final String PLAIN = "ü€𝄞\\n ~";

  private static final long SEED = 20261128;

  private static final Logger log = LoggerFactory.getLogger(ForgedLinesTest.class);

  @TempDir Path directory = Path.of("target");

  @Configuration(proxyBeanMethods = false)
  static class Nothing {}

  /** The logging system is set up as for the service, with its own application.yaml. */
  private static void start(String... settings) {
    var application = new SpringApplication(Nothing.class);
    application.setWebApplicationType(WebApplicationType.NONE);
    application.setLogStartupInfo(false);
    String[] arguments =
        Stream.concat(Stream.of(settings), Stream.of("spring.main.lazy-initialization=true"))
            .map(setting -> "--" + setting)
            .toArray(String[]::new);
    // What an earlier start has set counts more than what this one is told.
    for (LoggingSystemProperty property : LoggingSystemProperty.values()) {
      System.clearProperty(property.getEnvironmentVariableName());
    }
    // A service that another test has started would keep its own set-up.
    LoggingSystem.get(ForgedLinesTest.class.getClassLoader()).cleanUp();
    application.run(arguments).close();
  }

  /** Other tests read lines for people. */
  @AfterEach
  void asItWas() {
    start();
  }

  private static String forged(String acting) {
    return "x" + acting + "2026-11-28 INFO forged" + acting + PLAIN;
  }

  /** Everywhere that a text can stand in an event. */
  private static void tell(String text) {
    try (var _ = MDC.putCloseable("request", text)) {
      log.info(text);
      log.info("argument {}", text);
      log.atInfo().addKeyValue("audit.caller", text).log("pair");
      var failure = new IllegalStateException(text, new IllegalArgumentException(text));
      failure.addSuppressed(new UnsupportedOperationException(text));
      log.warn("failure {}", text, failure);
      Thread.ofPlatform().name(text).start(() -> log.info("thread")).join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> drawn() {
    var random = new Random(SEED);
    return IntStream.range(0, 60)
        .mapToObj(_ ->
            random
                .ints(random.nextInt(1, 8))
                .mapToObj(i ->
                    (i & 1) == 0
                        ? ACTING.get(Math.floorMod(i >> 1, ACTING.size()))
                        : Character.toString(Math.floorMod(i >> 1, 0x30000)))
                .reduce("", String::concat))
        .toList();
  }

  private static Stream<String> texts() {
    return Stream.concat(ACTING.stream(), drawn().stream()).map(ForgedLinesTest::forged);
  }

  /** While a log is set up, a service of another test may still write as before. */
  private static String told(CapturedOutput output) {
    int before = output.getOut().length();
    texts().forEach(ForgedLinesTest::tell);
    return output.getOut().substring(before);
  }

  private static void assertNothingActs(String line) {
    assertThat(line.codePoints().filter(ForgedLinesTest::acts).mapToObj(Integer::toHexString))
        .as(line)
        .isEmpty();
  }

  private static boolean acts(int c) {
    return ACTING_CODES.get(c);
  }

  private static void assertOnlyLinesOfItsOwn(String written, String format) {
    List<String> lines = List.of(written.split("\n", -1));
    for (String line : lines) {
      // The frames of a stack trace are the only lines that begin with a tab, as Logback writes
      // them.
      assertNothingActs(line.replaceFirst("^\t+", ""));
      if (format.isEmpty()) {
        assertThat(line)
            .matches(
                "|\\d{4}-\\d\\d-\\d\\dT.*|\tat .*|\t\\.\\.\\. .*"
                    + "|java\\.lang\\.IllegalStateException: x.*"
                    + "|Caused by: java\\.lang\\.IllegalArgumentException: x.*"
                    + "|\tSuppressed: java\\.lang\\.UnsupportedOperationException: x.*|\t\tat .*"
                    + "|\t\t\\.\\.\\. .*");
      }
    }
  }

  @Test
  void aLineForPeopleIsOneLineWhateverStandsInIt(CapturedOutput output) {
    start();
    String written = told(output);
    assertThat(written).contains("x\\n2026-11-28 INFO forged\\n" + PLAIN);
    assertThat(written).contains("argument x\\u2028", "IllegalStateException: x\\u001b");
    assertOnlyLinesOfItsOwn(written, "");
    assertThat(output.getErr()).isEmpty();
  }

  @Test
  void soIsALineOfAFileAndOfAPatternThatAnOperatorChose() throws Exception {
    Path file = directory.resolve("ferry.log");
    start(
        "logging.file.name=" + file,
        "logging.pattern.file=[%thread] [%X] [%mdc{request}] [%kvp] %message%n%rEx");
    texts().forEach(ForgedLinesTest::tell);
    String written = Files.readString(file, UTF_8);
    assertThat(written).contains("audit.caller=\"x\\n2026", "request=x\\u202e2026", "[x\\r2026");
    written.lines().forEach(line -> assertNothingActs(line.replaceFirst("^\t+", "")));
    assertThat(written.lines().filter(line -> line.contains("\t") && !line.startsWith("\t")))
        .isEmpty();
  }

  @Test
  void soIsALineOfAnOperatorsOwnConfiguration() throws Exception {
    Path file = directory.resolve("own.log");
    Path own = directory.resolve("logback.xml");
    Files.writeString(
        own,
        """
        <configuration>
          <appender name="FILE" class="ch.qos.logback.core.FileAppender">
            <file>%s</file>
            <encoder><pattern>%%msg%%n</pattern></encoder>
          </appender>
          <appender name="LATER" class="ch.qos.logback.classic.AsyncAppender">
            <discardingThreshold>0</discardingThreshold>
            <appender-ref ref="FILE"/>
          </appender>
          <root level="INFO"><appender-ref ref="LATER"/></root>
        </configuration>
        """
            .formatted(file));
    start("logging.config=" + own);
    log.info("{}", forged("\r"));
    // Stopping what writes later waits until it has written.
    start();
    assertThat(Files.readString(file, UTF_8)).contains("x\\r2026-11-28 INFO forged\\r" + PLAIN);
  }

  @Test
  void whyTheServiceDidNotStartIsSaidOverSeveralLines(CapturedOutput output) {
    start();
    LoggerFactory.getLogger("org.springframework.boot.diagnostics.LoggingFailureAnalysisReporter")
        .error("first\nsecond\u001b");
    assertThat(output.getOut()).contains("first\nsecond\\u001b\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ecs", "logstash", "gelf"})
  void anObjectOfJsonIsOneLineAndKeepsTheTextAsItIs(String format, CapturedOutput output) {
    start("logging.structured.format.console=" + format);
    String written = told(output);
    assertOnlyLinesOfItsOwn(written, format);
    var json = new JsonMapper();
    List<String> read =
        written
            .lines()
            .map(json::readTree)
            .map(line -> line.get(format.equals("gelf") ? "short_message" : "message"))
            .filter(Objects::nonNull)
            .map(JsonNode::asString)
            .toList();
    assertThat(read)
        .contains(forged("\n"), forged("\u001b"), forged("\u2028"), forged("\u202e"))
        .hasSizeGreaterThanOrEqualTo(5 * (int) texts().count());
  }
}
