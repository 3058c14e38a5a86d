package dev.virtferry.host;

import static java.util.stream.Collectors.toSet;

import dev.virtferry.libvirt.HostAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A row of the inventory.
 *
 * @param name how the API names the host
 * @param uri how virt-ferry reaches it; the operator's own string
 * @param peerUri what a source's daemon dials and callers name as {@code destUri}
 * @param migrateUri {@code VIR_MIGRATE_PARAM_URI} when this host is the destination
 * @param disksUri {@code VIR_MIGRATE_PARAM_DISKS_URI} when this host is the destination
 */
public record Host(
    String name,
    String uri,
    String peerUri,
    @Nullable String migrateUri,
    @Nullable String disksUri) {

  public HostAddress address() {
    return new HostAddress(name, uri);
  }

  /** The names and addresses of the network by which its row lets it be reached. */
  public Set<String> endpoints() {
    return Stream.of(uri, peerUri, migrateUri, disksUri)
        .filter(Objects::nonNull)
        .map(Host::endpoint)
        .filter(endpoint -> !endpoint.isEmpty())
        .collect(toSet());
  }

  private static String endpoint(String uri) {
    try {
      String host = new URI(uri).getHost();
      return host == null ? "" : host.replaceAll("[\\[\\]]", "");
    } catch (URISyntaxException e) {
      return "";
    }
  }
}
