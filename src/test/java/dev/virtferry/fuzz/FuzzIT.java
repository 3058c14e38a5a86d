package dev.virtferry.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs every {@code *Fuzz} test in a JVM of its own: first its inputs in {@code
 * src/test/resources}, then what Jazzer makes of them, guided by coverage, for a few seconds. What
 * it finds it puts among the inputs.
 */
class FuzzIT {

  private static final Path CLASSES = Path.of("target", "test-classes");
  private static final String SECONDS = System.getProperty("fuzz.seconds", "3");
  private static final @Nullable String ONLY = System.getProperty("fuzz.target");

  /** libFuzzer's last word: #123 DONE cov: 4 ft: 5 corp: 6/78b ... */
  private static final Pattern DONE =
      Pattern.compile("#(\\d+)\\s+DONE\\s+cov: (\\d+) ft: \\d+ corp: (\\d+)");

  @ParameterizedTest
  @MethodSource("targets")
  void findsNothingThatItsTestForbids(String target) throws Exception {
    Path log = Files.createDirectories(Path.of("target", "fuzz")).resolve(target + ".log");
    var builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+EnableDynamicAgentLoading",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Djazzer.internal.arg.0=fuzz",
            "-Djazzer.internal.arg.1=-timeout=10",
            "-Djazzer.internal.arg.2=-max_total_time=" + SECONDS,
            FuzzRun.class.getName(),
            target);
    builder.environment().put("JAZZER_FUZZ", "1");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(120 + Long.parseLong(SECONDS), TimeUnit.SECONDS)).isTrue();
    String said = Files.readString(log);
    assertThat(process.exitValue()).as("see %s%n%s", log, end(said)).isZero();
    MatchResult done = done(said);
    System.out.printf(
        "%s: %s executions in %s s, coverage %s, corpus %s, nothing found%n",
        target, done.group(1), SECONDS, done.group(2), done.group(3));
    assertThat(Integer.parseInt(done.group(2))).as("coverage").isGreaterThan(1);
  }

  static List<String> targets() throws IOException {
    try (Stream<Path> files = Files.walk(CLASSES)) {
      return files
          .map(file -> CLASSES.relativize(file).toString())
          .filter(file -> file.endsWith("Fuzz.class"))
          .map(file -> file.replace(".class", "").replace('/', '.'))
          .filter(name -> ONLY == null || name.endsWith("." + ONLY))
          .sorted()
          .toList();
    }
  }

  private static MatchResult done(String said) {
    Matcher done = DONE.matcher(said);
    assertThat(done.find()).as("it came to its end:%n%s", end(said)).isTrue();
    return done.toMatchResult();
  }

  private static String end(String said) {
    return said.substring(Math.max(0, said.length() - 4_000));
  }
}
