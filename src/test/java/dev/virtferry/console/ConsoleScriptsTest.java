package dev.virtferry.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.impl.driver.Driver;
import dev.virtferry.BesideOthers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The console's scripts that know no page, in the Node.js that Playwright has in its jar. It takes
 * no browser and no network. By hand: {@code node --test src/test/console/*.mjs}.
 */
@BesideOthers
class ConsoleScriptsTest {

  private static String node = "";

  @TempDir Path directory = Path.of("target");

  /** Playwright unpacks it; a call of its driver begins with the path. */
  @BeforeAll
  static void nodeIsUnpacked() {
    Driver driver = Driver.ensureDriverInstalled(Map.of(), false);
    node = driver.createProcessBuilder().command().getFirst();
  }

  static List<Path> tests() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src", "test", "console"))) {
      return files.filter(file -> file.toString().endsWith(".test.mjs")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("tests")
  void aScriptDoesWhatItsTestsSay(Path tests) throws Exception {
    Path output = directory.resolve("output.txt");
    Process process =
        new ProcessBuilder(node, "--test", "--test-reporter=spec", tests.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s end in time", tests).isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
  }
}
