package dev.virtferry.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreferTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "wait=30 | 30",
        "wait = 30 | 30",
        "wait=\"30\" | 30",
        "return=minimal, wait=7; x=y | 7",
        "wait=61 | 60",
        "wait=999999999 | 60"
      })
  void waitsAsLongAsTheClientWouldAndNoLongerThanAMinute(String header, long seconds) {
    assertThat(Prefer.waiting(header)).contains(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "wait", "wait=", "wait=0", "wait=-1", "wait=soon", "await=3", "wait=1e9"})
  void ignoresWhatItDoesNotUnderstand(String header) {
    assertThat(Prefer.waiting(header)).isEmpty();
  }

  @Test
  void takesTheFirstOfTwo() {
    assertThat(Prefer.waiting("wait=3, wait=5")).contains(Duration.ofSeconds(3));
  }
}
