package dev.virtferry.notice;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/** The place that a URL leads to: scheme, host and port; the first two in lower case. */
record Origin(String scheme, String host, int port) {

  /** Empty for what is no plain http or https URL of a host: nothing in it may be hidden. */
  static Optional<Origin> of(String url) {
    try {
      return of(new URI(url));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  static Optional<Origin> of(URI uri) {
    if (uri.getScheme() == null
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawFragment() != null) {
      return Optional.empty();
    }
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    return switch (scheme) {
      case "https" -> Optional.of(new Origin(scheme, host, port(uri, 443)));
      case "http" -> Optional.of(new Origin(scheme, host, port(uri, 80)));
      default -> Optional.empty();
    };
  }

  private static int port(URI uri, int usual) {
    return uri.getPort() == -1 ? usual : uri.getPort();
  }
}
