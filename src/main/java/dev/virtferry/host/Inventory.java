package dev.virtferry.host;

import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.KnownHosts;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Component;

/** The hosts that are configured. What is not in here is neither asked nor named to libvirt. */
@Component
public final class Inventory implements KnownHosts {

  private final Map<String, Host> byName = new LinkedHashMap<>();
  private final Map<PeerUri, Host> byPeer = new LinkedHashMap<>();

  /**
   * Reads the configured rows.
   *
   * @throws InvalidInventory with a sentence that names the row when a peer URI is not usable, or a
   *     name or peer occurs twice
   */
  Inventory(HostProperties properties) {
    properties.hosts().forEach(row -> add(row.host(), properties.transports()));
  }

  private void add(Host host, List<String> transports) {
    PeerUri peer =
        PeerUri.parse(host.peerUri())
            .filter(uri -> transports.contains(uri.transport()))
            .orElseThrow(() -> needsPeerUri(host, transports));
    Host namesake = byName.putIfAbsent(host.name(), host);
    if (namesake != null) {
      throw new InvalidInventory("ferry.hosts: the name '%s' occurs twice".formatted(host.name()));
    }
    Host twin = byPeer.putIfAbsent(peer, host);
    if (twin != null) {
      throw new InvalidInventory(
          "ferry.hosts: '%s' and '%s' have the same peer-uri".formatted(twin.name(), host.name()));
    }
  }

  private static InvalidInventory needsPeerUri(Host host, List<String> transports) {
    return new InvalidInventory(
        ("ferry.hosts: '%s' needs a peer-uri that other hosts can dial, such as"
                + " qemu+tls://%s/system, with a transport of ferry.transports"
                + " (%s); it has '%s'")
            .formatted(host.name(), host.name(), String.join(", ", transports), host.peerUri()));
  }

  /** All hosts, in the order of the configuration. */
  public Collection<Host> all() {
    return Collections.unmodifiableCollection(byName.values());
  }

  @Override
  public List<HostAddress> addresses() {
    return byName.values().stream().map(Host::address).toList();
  }

  public Set<String> names() {
    return Collections.unmodifiableSet(byName.keySet());
  }

  public Optional<Host> named(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The host whose peer URI equals the caller's; empty for everything else, whatever is wrong. */
  public Optional<Host> destination(String destUri) {
    return PeerUri.parse(destUri).map(byPeer::get);
  }
}
