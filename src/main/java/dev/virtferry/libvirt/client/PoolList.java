package dev.virtferry.libvirt.client;

import static dev.virtferry.libvirt.client.PoolLookup.withPool;

import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.xml.VolumeXml;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;

/** Lists the pools of hosts, and remembers what they told for while one of them hangs. */
final class PoolList {

  /** The list hangs with each pool that does. */
  private static final Duration FOR_THE_LIST = Duration.ofSeconds(1);

  /** Where the list hangs, however many do. */
  private static final Duration FOR_HUNG_POOLS = Duration.ofSeconds(1);

  private final LibvirtConnections connections;

  /** What the pools of each host told last, by their names. */
  private final Map<HostAddress, Map<String, StoragePool>> told = new ConcurrentHashMap<>();

  PoolList(LibvirtConnections connections) {
    this.connections = connections;
  }

  List<StoragePool> all(HostAddress host) {
    Map<String, StoragePool> before = told.getOrDefault(host, Map.of());
    Map<String, StoragePool> now = new LinkedHashMap<>();
    List<StoragePool> pools = new ArrayList<>();
    Names names = names(host, before);
    var patience = new Allowance(names.patience());
    for (String name : names.names()) {
      described(host, name, before.get(name), patience)
          .ifPresent(pool -> {
            pools.add(pool);
            now.put(name, pool);
          });
    }
    told.put(host, now);
    return pools;
  }

  /** The pools of a host, and for how long they are waited for. */
  private record Names(Collection<String> names, Duration patience) {}

  /** While a call hangs in one pool, libvirt 9.0 lists none, but finds each other by its name. */
  private Names names(HostAddress host, Map<String, StoragePool> before) {
    try {
      return new Names(
          connections.askPools(host, FOR_THE_LIST, PoolList::names), LibvirtConnections.POOL_LIMIT);
    } catch (LibvirtFailure e) {
      if (!e.aboutSilentPool() || before.isEmpty()) {
        throw e;
      }
      return new Names(before.keySet(), FOR_HUNG_POOLS);
    }
  }

  /** One that is started meanwhile is among the first. */
  private static Collection<String> names(Connect connect) throws LibvirtException {
    Set<String> names = new LinkedHashSet<>(List.of(connect.listDefinedStoragePools()));
    names.addAll(List.of(connect.listStoragePools()));
    return names;
  }

  private Optional<StoragePool> described(
      HostAddress host, String name, @Nullable StoragePool before, Allowance patience) {
    long begun = System.nanoTime();
    try {
      return connections.askPool(
          host, name, patience.left(), connect -> withPool(connect, name, PoolList::described));
    } catch (LibvirtFailure e) {
      if (!e.aboutSilentPool() || before == null) {
        throw e;
      }
      patience.spend(Duration.ofNanos(System.nanoTime() - begun));
      return Optional.of(before.silent());
    }
  }

  private static StoragePool described(org.libvirt.StoragePool pool) throws LibvirtException {
    String xml = pool.getXMLDesc(0);
    return pool.isActive() == 0
        ? VolumeXml.pool(xml, 0).stopped()
        : VolumeXml.pool(xml, pool.getInfo().available);
  }
}
