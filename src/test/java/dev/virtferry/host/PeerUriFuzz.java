package dev.virtferry.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** Reads every text a second time without regular expressions, and wants the same answer. */
@Tag("fuzz")
class PeerUriFuzz {

  private static final String BARE =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

  private static final Inventory INVENTORY =
      new Inventory(
          new HostProperties(
              List.of(new HostProperties.Row("kvm-b", "qemu+tls://kvm-b/system", null, null, null)),
              List.of("tls", "tcp")));

  @DictionaryEntries({
    "qemu+tls://",
    "qemu+tcp://",
    "qemu+ext://",
    "/system",
    ":16514",
    ":65535",
    ":65536",
    "[fd00::4]",
    "?command=",
    "root@",
    "%2F",
    "#",
    "kvm-b"
  })
  @FuzzTest
  void acceptsTheStrictFormAndNothingElse(FuzzedDataProvider data) {
    String text = data.consumeRemainingAsString();
    Optional<PeerUri> read = PeerUri.parse(text);
    assertThat(read).as(text).isEqualTo(strictly(text));
    read.ifPresent(uri -> {
      assertThat(PeerUri.parse(written(uri))).contains(uri);
      if (!uri.host().startsWith("[")) {
        agreesWithTheStandard(text);
      }
    });
    INVENTORY
        .destination(text)
        .ifPresent(host ->
            assertThat(PeerUri.parse(host.peerUri())).as("the row's own string").isEqualTo(read));
  }

  private static String written(PeerUri uri) {
    return String.format(
        Locale.ROOT, "qemu+%s://%s:%d/system", uri.transport(), uri.host(), uri.port());
  }

  private static void agreesWithTheStandard(String text) {
    URI uri = URI.create(text);
    assertThat(uri.getRawUserInfo()).isNull();
    assertThat(uri.getRawQuery()).isNull();
    assertThat(uri.getRawFragment()).isNull();
    assertThat(uri.getRawPath()).isEqualTo("/system");
    assertThat(uri.getRawAuthority()).doesNotContain("@", "%");
  }

  private static Optional<PeerUri> strictly(String text) {
    int authority = text.indexOf("://");
    if (authority < 0 || !text.endsWith("/system")) {
      return Optional.empty();
    }
    String scheme = text.substring(0, authority).toLowerCase(Locale.ROOT);
    int end = text.length() - "/system".length();
    if (!List.of("qemu+tls", "qemu+tcp").contains(scheme)
        || !scheme.equals(lowered(text.substring(0, authority)))
        || end < authority + 3) {
      return Optional.empty();
    }
    String transport = scheme.substring(5);
    String hostAndPort = text.substring(authority + 3, end);
    int hostEnd = hostAndPort.startsWith("[") ? hostAndPort.indexOf(']') + 1 : colon(hostAndPort);
    String host = hostAndPort.substring(0, hostEnd);
    int port = port(hostAndPort.substring(hostEnd), transport.equals("tls") ? 16514 : 16509);
    return port > 0 && (bare(host) || address(host))
        ? Optional.of(new PeerUri(transport, lowered(host), port))
        : Optional.empty();
  }

  private static int colon(String hostAndPort) {
    int colon = hostAndPort.indexOf(':');
    return colon < 0 ? hostAndPort.length() : colon;
  }

  private static int port(String text, int otherwise) {
    if (text.isEmpty()) {
      return otherwise;
    }
    String digits = text.substring(1);
    boolean plain = text.charAt(0) == ':' && !digits.isEmpty() && digits.length() <= 5;
    if (!plain || digits.startsWith("0") || !onlyOf("0123456789", digits)) {
      return -1;
    }
    int number = Integer.parseInt(digits);
    return number <= 65_535 ? number : -1;
  }

  private static boolean bare(String host) {
    return !host.isEmpty()
        && host.length() <= 253
        && onlyOf(BARE, host)
        && "._-".indexOf(host.charAt(0)) < 0
        && "._-".indexOf(host.charAt(host.length() - 1)) < 0;
  }

  private static boolean address(String host) {
    if (host.length() < 4 || host.length() > 47 || !host.startsWith("[")) {
      return false;
    }
    return onlyOf("0123456789abcdefABCDEF:.", host.substring(1, host.length() - 1));
  }

  private static boolean onlyOf(String allowed, String text) {
    return text.chars().allMatch(c -> allowed.indexOf(c) >= 0);
  }

  /** Only ASCII: a Kelvin sign is no k. */
  private static String lowered(String text) {
    var lower = new StringBuilder();
    text.chars().forEach(c -> lower.append((char) (c >= 'A' && c <= 'Z' ? c + 32 : c)));
    return lower.toString();
  }
}
