package dev.virtferry.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.BlockStats.Size;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Of what libvirt 9.0 told of real guests. */
class BlockStatsTest {

  private static Map<String, Object> stats(Object... more) {
    Map<String, Object> stats =
        new HashMap<>(
            Map.of(
                "block.count", 2,
                "block.0.name", "vda",
                "block.0.path", "/srv/web-vda.raw",
                "block.1.name", "sda"));
    for (int at = 0; at < more.length; at += 2) {
      stats.put((String) more[at], more[at + 1]);
    }
    return stats;
  }

  @Test
  void whileItRunsAnImageTakesWhatIsPhysical() {
    Map<String, Object> running =
        stats(
            "block.0.capacity", 16777216L,
            "block.0.physical", 4202496L,
            "block.0.allocation", 4096L);
    assertThat(BlockStats.of(running))
        .contains(new BlockStats(Map.of("vda", new Size(16777216, 4202496))));
  }

  @Test
  void aRunningGuestWithoutSizesWasNotAsked() {
    assertThat(BlockStats.of(stats())).isEmpty();
  }

  @Test
  void emptyDrivesHaveNoSizes() {
    Map<String, Object> empty = Map.of("block.count", 1, "block.0.name", "sda");
    assertThat(BlockStats.of(empty)).contains(new BlockStats(Map.of()));
  }
}
