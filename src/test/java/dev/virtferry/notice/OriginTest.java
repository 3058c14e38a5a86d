package dev.virtferry.notice;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {

  @ParameterizedTest
  @CsvSource({
    "https://control.example/hooks?a=b, https, control.example, 443",
    "HTTPS://Control.Example:8443, https, control.example, 8443",
    "http://10.0.0.1/x, http, 10.0.0.1, 80",
    "https://[2001:db8::1]/, https, [2001:db8::1], 443",
  })
  void readsWhereAUrlLeads(String url, String scheme, String host, int port) {
    assertThat(Origin.of(url)).contains(new Origin(scheme, host, port));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "control.example",
        "/hooks",
        "ftp://control.example/",
        "file:///etc/passwd",
        "https:control.example",
        "https:///hooks",
        "https://user@control.example/",
        "https://control.example:secret@evil.example/",
        "https://control.example/#part",
        "https://control.example\\@evil.example/",
        "https://control_example/",
        "https://control.example:port/",
        "https://control.example /",
        "https://control.example/\r\nHost: evil",
        "https://ⓒontrol.example/",
      })
  void readsNothingElse(String url) {
    assertThat(Origin.of(url)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://control.example.",
        "https://control.example:444/",
        "http://control.example:443/",
        "https://evil.example/control.example",
        "https://control.example.evil.example/",
      })
  void tellsPlacesApartThatLookAlike(String url) {
    assertThat(Origin.of(url)).isNotEqualTo(Origin.of("https://control.example/"));
  }
}
