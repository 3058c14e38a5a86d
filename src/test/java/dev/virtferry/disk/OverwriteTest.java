package dev.virtferry.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.disk.Overwrite.Permission;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What stands there × what may be written over: the whole table. */
class OverwriteTest {

  private static String row(DestinationImage image) {
    Stream<Permission> permissions =
        Arrays.stream(Overwrite.values()).map(overwrite -> overwrite.over(image));
    return image + " " + permissions.map(Permission::name).toList();
  }

  @Test
  void theTableIsWhole() {
    assertThat(Overwrite.values()).containsExactly(Overwrite.OWN, Overwrite.ANY, Overwrite.NEVER);
    assertThat(Arrays.stream(DestinationImage.values()).map(OverwriteTest::row))
        .containsExactly(
            "ABSENT [GRANTED, GRANTED, GRANTED]",
            "EMPTY [GRANTED, GRANTED, REFUSED]",
            "OWN [GRANTED, GRANTED, REFUSED]",
            "FOREIGN [REFUSED, GRANTED, REFUSED]",
            "NAMED [REFUSED, REFUSED, REFUSED]",
            "UNKNOWN_CONTENT [UNSEEN, UNSEEN, REFUSED]");
  }
}
