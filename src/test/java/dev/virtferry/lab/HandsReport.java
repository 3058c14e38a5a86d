package dev.virtferry.lab;

import dev.virtferry.lab.Intrusion.Ending;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The endings as a table in Markdown: a row for each hand, a column for each spot. */
final class HandsReport {

  private HandsReport() {}

  static String of(List<Ending> endings) {
    long truthful = endings.stream().filter(e -> e.lies().isEmpty()).count();
    var text = new StringBuilder();
    text.append(
        String.format(Locale.ROOT, "%d cells, %d truthful.\n\n| Hand |", endings.size(), truthful));
    for (Spot spot : Spot.values()) {
      text.append(" %s |".formatted(spot.title()));
    }
    text.append("\n|---|").append("---|".repeat(Spot.values().length)).append('\n');
    Arrays.stream(Hand.values())
        .filter(hand -> endings.stream().anyMatch(e -> e.hand() == hand))
        .forEach(hand -> text.append(row(hand, endings)));
    return text.toString();
  }

  private static String row(Hand hand, List<Ending> endings) {
    var row = new StringBuilder("| %s |".formatted(hand.title()));
    for (Spot spot : Spot.values()) {
      row.append(" %s |".formatted(cell(hand, spot, endings)));
    }
    return row.append('\n').toString();
  }

  private static String cell(Hand hand, Spot spot, List<Ending> endings) {
    return endings.stream()
        .filter(e -> e.hand() == hand && e.spot() == spot)
        .map(HandsReport::words)
        .findFirst()
        .orElse("");
  }

  private static String words(Ending ending) {
    String words = "%s; %s".formatted(answer(ending), ending.end());
    return ending.lies().isEmpty() ? words : words + "; **untrue**";
  }

  private static String answer(Ending ending) {
    return ending.answer().startsWith("refused") ? "refused" : ending.answer();
  }
}
