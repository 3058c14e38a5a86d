package dev.virtferry.libvirt.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtferry.libvirt.LibvirtFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MonitorCommandTest {

  @Test
  void readsWhatBarsAMigration() {
    String answer =
        "{\"return\":{\"blocked-reasons\":[\"The vmstate is odd\",\"peer mode\"]},\"id\":\"libvirt-9\"}";
    assertThat(MonitorCommand.blockedReasons(answer))
        .containsExactly("The vmstate is odd", "peer mode");
  }

  /** QEMU before 6.0 tells none. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"return\":{},\"id\":\"libvirt-9\"}",
        "{\"return\":{\"status\":\"completed\"}}",
        "{}"
      })
  void readsThatNothingDoes(String answer) {
    assertThat(MonitorCommand.blockedReasons(answer)).isEmpty();
  }

  @Test
  void tellsOfACommandThatFailed() {
    var command = MonitorCommand.QUERY_MIGRATE;
    assertThat(command.taken("{\"return\":{}}")).isEqualTo("{\"return\":{}}");
    assertThatThrownBy(() -> command.taken("{\"error\":{\"desc\":\"no such command\"}}"))
        .isInstanceOf(LibvirtFailure.class)
        .hasMessageContaining("no such command");
  }
}
