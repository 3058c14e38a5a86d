package dev.virtferry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LaunchTest {

  private static final int OF_JAVA_17 = 61;
  private static final int BEFORE_THE_VERSION = 6;

  @Test
  void aJavaThatCanReadSpringBootsLauncherCanReadOurs() throws IOException {
    try (var file =
        new DataInputStream(
            Objects.requireNonNull(Launch.class.getResourceAsStream("Launch.class")))) {
      file.skipNBytes(BEFORE_THE_VERSION);
      assertThat(file.readUnsignedShort()).isEqualTo(OF_JAVA_17);
    }
  }
}
