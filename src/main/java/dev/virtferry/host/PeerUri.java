package dev.virtferry.host;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one form of libvirt URI that a caller may name: {@code qemu+tls} or {@code qemu+tcp}, a host,
 * perhaps a port, and the path {@code /system}. No user, query or fragment, and nothing encoded:
 * other drivers, transports and parameters make libvirt run programs on the source host.
 *
 * @param transport {@code tls} or {@code tcp}
 * @param host in lower case; an IPv6 address keeps its brackets and is compared as written
 * @param port the transport's default where the text named none
 */
public record PeerUri(String transport, String host, int port) {

  private static final Pattern FORM =
      Pattern.compile(
          "(?<scheme>[A-Za-z+]{8})://"
              + "(?<host>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]{2,45}])"
              + "(?::(?<port>[1-9][0-9]{0,4}))?"
              + "/system");

  private static final int MAX_PORT = 65_535;

  /** Reads a URI of exactly this form; empty for everything else. */
  public static Optional<PeerUri> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return switch (matcher.group("scheme").toLowerCase(Locale.ROOT)) {
      case "qemu+tls" -> read("tls", 16514, matcher);
      case "qemu+tcp" -> read("tcp", 16509, matcher);
      default -> Optional.empty();
    };
  }

  private static Optional<PeerUri> read(String transport, int defaultPort, Matcher matcher) {
    String port = matcher.group("port");
    int number = port == null ? defaultPort : Integer.parseInt(port);
    String host = matcher.group("host").toLowerCase(Locale.ROOT);
    return number > MAX_PORT ? Optional.empty() : Optional.of(new PeerUri(transport, host, number));
  }
}
