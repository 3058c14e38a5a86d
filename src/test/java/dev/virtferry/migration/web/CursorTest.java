package dev.virtferry.migration.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtferry.migration.MigrationQuery.Position;
import dev.virtferry.problem.Refused;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CursorTest {

  @Test
  void findsItsPlaceAgain() {
    var cursor = new Cursor(new Position(Instant.ofEpochMilli(1_234_567), UUID.randomUUID()));
    assertThat(Cursor.parse(cursor.text())).isEqualTo(cursor);
    assertThat(cursor.text()).matches("[A-Za-z0-9_-]+");
  }

  @ParameterizedTest
  @MethodSource("strangers")
  void refusesWhatItDidNotWrite(String text) {
    assertThatThrownBy(() -> Cursor.parse(text)).isInstanceOf(Refused.class);
  }

  static Stream<String> strangers() {
    return Stream.of(
        "",
        "!",
        "AAAA",
        encoded("1"),
        encoded("1 2"),
        encoded("x " + UUID.randomUUID()),
        encoded(Long.MAX_VALUE + " " + UUID.randomUUID()),
        encoded(Long.MIN_VALUE + " " + UUID.randomUUID()),
        encoded("99999999999999999999 " + UUID.randomUUID()),
        encoded("1 " + UUID.randomUUID() + " more"));
  }

  private static String encoded(String words) {
    return Base64.getUrlEncoder().encodeToString(words.getBytes(UTF_8));
  }
}
