package dev.virtferry.host;

import dev.virtferry.libvirt.HostAddress;
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
}
