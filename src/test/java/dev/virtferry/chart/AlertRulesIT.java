package dev.virtferry.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/**
 * Prometheus' own tool reads the chart's queries and plays days on which alerts come and do not.
 */
class AlertRulesIT {

  @TempDir Path directory = Path.of("target");

  @BeforeAll
  static void promtoolCanBeHad() {
    boolean there = System.getProperty("user.name").equals("root");
    if ("required".equals(System.getProperty("lab"))) {
      assertThat(there).as("-Dlab=required, but lab/promtool needs root").isTrue();
    }
    assumeTrue(there, "Skipped: lab/promtool needs root");
  }

  @Test
  void alertsComeWhenTheyShouldAndNotBefore() throws Exception {
    promtool("test", "rules", "src/test/prometheus/alerts.yaml");
  }

  @Test
  void everyQueryOfTheDashboardIsOne() throws Exception {
    List<String> queries = Monitoring.queries().toList();
    List<Map<String, String>> rules =
        IntStream.range(0, queries.size())
            .mapToObj(i -> Map.of("record", "panel:query" + i, "expr", queries.get(i)))
            .toList();
    Path file =
        Files.writeString(
            directory.resolve("queries.yaml"),
            new Yaml().dump(Map.of("groups", List.of(Map.of("name", "panels", "rules", rules)))));
    promtool("check", "rules", file.toString());
  }

  private void promtool(String... words) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("lab/promtool"));
    line.addAll(List.of(words));
    Path output = directory.resolve("output.txt");
    Process process =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    assertThat(process.waitFor(180, TimeUnit.SECONDS)).as("%s answers in time", line).isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
  }
}
