package dev.virtferry.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JacksonException.Reference;

class JsonPointersTest {

  @ParameterizedTest
  @CsvSource({
    "domain, #/domain",
    "disks[1], #/disks/1",
    "options.bandwidthMiBps, #/options/bandwidthMiBps",
    "volumes[vda].pool, #/volumes/vda/pool",
  })
  void pointsAtABeansProperty(String path, String pointer) {
    assertThat(JsonPointers.of(path)).isEqualTo(pointer);
  }

  @Test
  void pointsAtAPlaceInADocument() {
    Object at = new Object();
    assertThat(JsonPointers.of(List.of(new Reference(at, "disks"), new Reference(at, 3))))
        .isEqualTo("#/disks/3");
    assertThat(JsonPointers.of(List.of(new Reference(at, "a/b~c")))).isEqualTo("#/a~1b~0c");
    assertThat(JsonPointers.of(List.of())).isEqualTo("#");
  }
}
