package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.lab.Intrusion.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * What others do to a guest by {@code virsh} while it is migrated. Not part of a build: {@code
 * lab/hands} runs it, all or what the properties {@code hands.only} and {@code hands.phase} name.
 */
class HandsSeries {

  private static final String ONLY = System.getProperty("hands.only", "");
  private static final String PHASE = System.getProperty("hands.phase", "");
  private static final Path TABLE = Path.of("target", "hands.md");
  private static final Path STORY = Path.of("target", "hands.txt");

  @Test
  void everyStatusIsTrueWhateverOthersDo() throws IOException {
    LabExtension.requireLab();
    List<Ending> endings = new ArrayList<>();
    try (var stage = new HandsStage()) {
      for (Hand hand : hands().stream().filter(stage::knows).toList()) {
        for (Spot spot : spots(hand)) {
          endings.add(new Intrusion(stage, hand, spot).happen());
          tell(endings);
        }
      }
    }
    assertThat(endings).as("no such hand or phase").isNotEmpty();
    assertThat(endings).allSatisfy(e -> assertThat(e.lies()).as(e.toString()).isEmpty());
  }

  private static List<Hand> hands() {
    List<String> names = List.of(ONLY.replace('-', '_').toUpperCase(Locale.ROOT).split(","));
    return Arrays.stream(Hand.values())
        .filter(hand -> ONLY.isEmpty() || names.contains(hand.name()))
        .toList();
  }

  private static List<Spot> spots(Hand hand) {
    return hand.spots().stream()
        .filter(spot -> PHASE.isEmpty() || spot.phase().equals(PHASE))
        .toList();
  }

  /** After each, so that a series that is broken off has its table too. */
  private static void tell(List<Ending> endings) throws IOException {
    System.out.println(endings.getLast());
    Files.writeString(TABLE, HandsReport.of(endings));
    Files.write(STORY, endings.stream().map(Ending::toString).toList());
  }
}
