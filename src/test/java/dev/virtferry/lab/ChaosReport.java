package dev.virtferry.lab;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;

import dev.virtferry.lab.Chaos.Outcome;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** The outcomes as a table in Markdown: a row for each fault, a column for each moment. */
final class ChaosReport {

  private ChaosReport() {}

  static String of(long seed, List<Outcome> outcomes) {
    long truthful = outcomes.stream().filter(o -> o.lies().isEmpty()).count();
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT, "Seed %d: %d runs, %d truthful.\n\n", seed, outcomes.size(), truthful));
    text.append("| Fault |");
    for (Moment moment : Moment.values()) {
      text.append(" %s |".formatted(moment));
    }
    text.append("\n|---|").append("---|".repeat(Moment.values().length)).append('\n');
    for (Fault fault : Fault.values()) {
      text.append("| %s |".formatted(fault));
      for (Moment moment : Moment.values()) {
        text.append(" %s |".formatted(cell(fault, moment, outcomes)));
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static String cell(Fault fault, Moment moment, List<Outcome> outcomes) {
    List<Outcome> here =
        outcomes.stream()
            .filter(o -> o.trouble().fault() == fault && o.trouble().moment() == moment)
            .toList();
    if (here.isEmpty()) {
      return "";
    }
    String ends =
        here.stream()
            .collect(groupingBy(Outcome::end, TreeMap::new, counting()))
            .entrySet()
            .stream()
            .map(e -> String.format(Locale.ROOT, "%d %s", e.getValue(), e.getKey()))
            .collect(joining("; "));
    List<Long> times = here.stream().map(Outcome::millis).sorted().toList();
    long untrue = here.stream().filter(o -> !o.lies().isEmpty()).count();
    return String.format(
        Locale.ROOT,
        "%s; %.1f s%s",
        ends,
        times.get(times.size() / 2) / 1000.0,
        untrue == 0 ? "" : String.format(Locale.ROOT, "; **%d untrue**", untrue));
  }
}
