package dev.virtferry.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths on hosts, beside those of this machine, which has the same rules and fewer letters. */
class HostPathTest {

  private static final List<String> PIECES = List.of("/", "/", "a", "b", ".", "..", "...", "a b");

  @Test
  void followsTheStepsAsThisMachineDoes() {
    Random random = new Random(20261129);
    for (int i = 0; i < 5_000; i++) {
      String one = drawn(random);
      String other = drawn(random);
      Path file = Path.of(one).normalize();
      Path folder = Path.of(other).normalize();
      assertThat(HostPath.of(one)).as(one).hasToString(file.toString());
      assertThat(HostPath.of(one).equals(HostPath.of(other)))
          .as("%s, %s", one, other)
          .isEqualTo(file.equals(folder));
      if (!file.toString().isEmpty() && !folder.toString().isEmpty()) {
        assertThat(HostPath.of(one).startsWith(HostPath.of(other)))
            .as("%s, %s", one, other)
            .isEqualTo(file.startsWith(folder));
        assertThat(String.valueOf(HostPath.of(one).parent()))
            .as(one)
            .isEqualTo(String.valueOf(file.getParent()));
      }
    }
  }

  private static String drawn(Random random) {
    return Stream.generate(() -> PIECES.get(random.nextInt(PIECES.size())))
        .limit(random.nextInt(1, 8))
        .collect(Collectors.joining());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/srv/größe.raw", "/srv/東京.qcow2", "/srv/\ud800.raw", "/srv/a\u0000b"})
  void hasEveryLetterWhateverThisMachineHas(String text) {
    assertThat(HostPath.of(text)).hasToString(text);
    assertThat(HostPath.fileName(text)).isEqualTo(text.substring(5));
    assertThat(HostPath.of(text).parent()).isEqualTo(HostPath.of("/srv/"));
  }

  @Test
  void knowsWhatOnlyTheHostCanFollow() {
    assertThat(HostPath.climbs("/srv/../a")).isTrue();
    assertThat(HostPath.climbs("..")).isTrue();
    assertThat(HostPath.climbs("/srv/..a/b..")).isFalse();
  }

  @Test
  void findsANameBesideAFile() {
    assertThat(HostPath.beside("/srv/web.qcow2", "base.raw")).isEqualTo("/srv/base.raw");
    assertThat(HostPath.beside("/srv/web.qcow2", "../base.raw")).isEqualTo("/srv/../base.raw");
    assertThat(HostPath.beside("/srv/web.qcow2", "/base.raw")).isEqualTo("/base.raw");
    assertThat(HostPath.fileName("/")).isEmpty();
  }

  @Test
  void takesForTheSameWhatItsTextTells() {
    assertThat(HostPath.same("/srv//a/./b", "/srv/a/b")).isTrue();
    assertThat(HostPath.same("/srv/x/../a", "/srv/a")).isFalse();
    assertThat(HostPath.same("/srv/x/../a", "/srv/x/../a")).isTrue();
    assertThat(HostPath.same("nbd://host//a", "nbd://host/a")).isFalse();
    assertThat(HostPath.same("images/a", "/images/a")).isFalse();
  }
}
