package dev.virtferry.chart;

import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRuleSpec;
import io.fabric8.openshift.api.model.monitoring.v1.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the chart asks of Prometheus: its alerts, and the queries of its dashboard. */
public final class Monitoring {

  /**
   * Strings, label matchers and ranges, and labels that are listed; none of them holds a metric.
   */
  private static final Pattern NO_METRIC =
      Pattern.compile(
          "\"[^\"]*\"|\\{[^}]*}|\\[[^]]*]|\\b(?:by|without|on|ignoring)\\s*\\([^)]*\\)");

  /** A name that is not called as a function; those of operators are left over. */
  private static final Pattern NAME = Pattern.compile("\\b[a-z_]+[a-z0-9_:]*\\b(?!\\s*\\()");

  private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "bool");

  private Monitoring() {}

  /** The names of all metrics that an alert or the dashboard asks for, sorted. */
  public static Set<String> metrics() throws IOException {
    Set<String> names = new TreeSet<>();
    for (String expression :
        Stream.concat(alerts().map(alert -> alert.getExpr().getStrVal()), queries()).toList()) {
      names.addAll(metrics(expression));
    }
    return names;
  }

  static List<String> metrics(String expression) {
    String rest = expression;
    for (String before = ""; !before.equals(rest); ) {
      before = rest;
      rest = NO_METRIC.matcher(rest).replaceAll(" ");
    }
    return NAME.matcher(rest)
        .results()
        .map(match -> match.group())
        .filter(name -> !OPERATORS.contains(name))
        .toList();
  }

  /** The alerts as the file has them. */
  static Stream<Rule> alerts() throws IOException {
    Path file = Chart.DIRECTORY.resolve("files/alerts.yaml");
    return Chart.strictly(new Yaml().load(Files.readString(file)), PrometheusRuleSpec.class)
        .getGroups()
        .stream()
        .flatMap(group -> group.getRules().stream());
  }

  /** The queries of the dashboard, with values for its variables. */
  static Stream<String> queries() throws IOException {
    JsonNode dashboard =
        JsonMapper.shared()
            .readTree(Files.readString(Chart.DIRECTORY.resolve("files/dashboard.json")));
    return dashboard
        .get("panels")
        .valueStream()
        .flatMap(panel -> panel.path("targets").valueStream())
        .map(target -> target.get("expr").asString().replace("$namespace", ".*"));
  }
}
