package dev.virtferry.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs every {@code *Fuzz} test: its inputs in {@code src/test/resources}, then, in a JVM of its
 * own, what Jazzer makes of them, guided by coverage, as {@code lab/fuzz} does. What it finds it
 * puts among the inputs.
 */
@Order(1)
@Tag("fuzz")
class FuzzIT {

  private static final Path CLASSES = Path.of("target", "test-classes");
  private static final String SECONDS = System.getProperty("fuzz.seconds", "3");
  private static final String ONLY = System.getProperty("fuzz.target", "");

  /** libFuzzer's last word: #123 DONE cov: 4 ft: 5 corp: 6/78b ... */
  private static final Pattern DONE =
      Pattern.compile("#(\\d+)\\s+DONE\\s+cov: (\\d+) ft: \\d+ corp: (\\d+)");

  private static final Pattern TAKEN = Pattern.compile("(\\d+) inputs taken");

  @Test
  void takesAllThatWasFoundBefore() throws Exception {
    String said = run("inputs", all(), false);
    Matcher taken = TAKEN.matcher(said);
    assertThat(taken.find()).as("%s", end(said)).isTrue();
    assertThat(Integer.parseInt(taken.group(1))).isGreaterThan(all().size());
  }

  @Tag("fuzzing")
  @ParameterizedTest
  @MethodSource("targets")
  void findsNothingThatItsTestForbids(String target) throws Exception {
    MatchResult done = done(run(target, List.of(target), true));
    System.out.printf(
        "%s: %s executions in %s s, coverage %s, corpus %s, nothing found%n",
        target, done.group(1), SECONDS, done.group(2), done.group(3));
    assertThat(Integer.parseInt(done.group(2))).as("coverage").isGreaterThan(1);
  }

  /** What it said; it has passed. */
  private static String run(String name, List<String> targets, boolean fuzz) throws Exception {
    Path log = Files.createDirectories(Path.of("target", "fuzz")).resolve(name + ".log");
    var command =
        new ArrayList<>(
            List.of(
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
                FuzzRun.class.getName()));
    command.addAll(targets);
    var builder = new ProcessBuilder(command);
    if (fuzz) {
      builder.environment().put("JAZZER_FUZZ", "1");
    }
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(600 + Long.parseLong(SECONDS), TimeUnit.SECONDS)).isTrue();
    String said = Files.readString(log);
    assertThat(process.exitValue()).as("see %s%n%s", log, end(said)).isZero();
    return said;
  }

  static List<String> targets() throws IOException {
    return all().stream().filter(name -> ONLY.isEmpty() || name.endsWith("." + ONLY)).toList();
  }

  private static List<String> all() throws IOException {
    try (Stream<Path> files = Files.walk(CLASSES)) {
      return files
          .map(file -> CLASSES.relativize(file).toString())
          .filter(file -> file.endsWith("Fuzz.class"))
          .map(file -> file.replace(".class", "").replace('/', '.'))
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
