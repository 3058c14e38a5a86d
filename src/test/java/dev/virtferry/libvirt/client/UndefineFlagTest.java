package dev.virtferry.libvirt.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UndefineFlagTest {

  @ParameterizedTest
  @CsvSource({
    "1003005, 0",
    "2002999, 0",
    "2003000, 8",
    "8008000, 8",
    "8009000, 72",
    "9000000, 72",
    "11001000, 72"
  })
  void keepsWhatTheDaemonCanKeepAndAsksForNothingThatItDoesNotKnow(long libvirt, int mask) {
    assertThat(UndefineFlag.knownTo(libvirt)).isEqualTo(mask);
  }
}
