package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.definition.DrawnGuest;
import dev.virtferry.definition.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * Guests of drawn definitions, whose disks are whatever libvirt takes: wherever {@code virsh} moves
 * one the service does, what it says to be possible succeeds, and what arrives is what left but for
 * places and chains. {@code -Ddrawn.seed} draws others and {@code -Ddrawn.only} one of them again.
 */
@LabTest
@Order(2)
class DrawnGuestsIT {

  private static final int FEW = 4;
  private static final int MANY = 200;

  private final Lab lab;
  private final Service service;

  DrawnGuestsIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @BeforeEach
  void thePoolIsThere() {
    onBoth(Stage.SET_UP);
  }

  @AfterEach
  void nothingIsLeft() {
    onBoth(Stage.TAKE_DOWN);
  }

  private void onBoth(String script) {
    for (String host : List.of("kvm-a", "kvm-b")) {
      lab.on(host, "sh", "-c", script);
    }
  }

  @Test
  void aFewMoveAsTheyDoByHandAndArriveAsTheyWere() throws IOException {
    move(Long.getLong("drawn.seed", 1), FEW);
  }

  @LongForm(shortCase = "DrawnGuestsIT.aFewMoveAsTheyDoByHandAndArriveAsTheyWere")
  @Test
  void manyMoveAsTheyDoByHandAndArriveAsTheyWere() throws IOException {
    move(Long.getLong("drawn.seed", System.currentTimeMillis() % 1_000_000), MANY);
  }

  private void move(long seed, int count) throws IOException {
    var verdicts = new DrawnVerdicts(seed);
    for (int number = Integer.getInteger("drawn.only", 1);
        verdicts.begun() < (Integer.getInteger("drawn.only") == null ? count : 1);
        number++) {
      var guest = DrawnGuest.of(seed, number);
      var journey = new DrawnJourney(lab, service, guest);
      try {
        verdicts.judge(guest, journey);
      } finally {
        journey.clear();
      }
      Files.writeString(Path.of("target", "drawn.md"), verdicts.report());
    }
    System.out.println(verdicts.report());
    assertThat(verdicts.wrong()).isEmpty();
  }
}
