package dev.virtferry.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceTypeTest {

  @ParameterizedTest
  @CsvSource({
    "file, FILE",
    "block, BLOCK",
    "dir, DIR",
    "network, NETWORK",
    "volume, VOLUME",
    "nvme, NVME",
    "vhostuser, VHOSTUSER",
    "vhostvdpa, VHOSTVDPA",
    "unknown, UNKNOWN",
    "rados, UNKNOWN",
    "'', UNKNOWN",
  })
  void isReadByLibvirtsWord(String word, SourceType type) {
    assertThat(SourceType.of(word)).isEqualTo(type);
  }
}
