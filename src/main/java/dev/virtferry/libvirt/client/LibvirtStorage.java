package dev.virtferry.libvirt.client;

import static dev.virtferry.libvirt.ErrorNumber.NO_STORAGE_POOL;
import static dev.virtferry.libvirt.ErrorNumber.NO_STORAGE_VOL;
import static dev.virtferry.libvirt.ErrorNumber.XML_ERROR;
import static dev.virtferry.libvirt.client.PoolLookup.unlessMissing;
import static dev.virtferry.libvirt.client.PoolLookup.withPool;
import static dev.virtferry.libvirt.client.PoolLookup.withVolume;

import dev.virtferry.libvirt.ErrorDomain;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.VolumeReader;
import dev.virtferry.libvirt.VolumeSpec;
import dev.virtferry.libvirt.client.PoolLookup.PoolQuery;
import dev.virtferry.libvirt.xml.VolumeXml;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.libvirt.StorageVol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link Storage} on libvirt-java. */
public final class LibvirtStorage implements Storage {

  private static final Logger log = LoggerFactory.getLogger(LibvirtStorage.class);

  /** Nobody waits for it but a migration. */
  private static final Duration FOR_A_DEED = Duration.ofSeconds(10);

  private final LibvirtConnections connections;
  private final PoolList pools;
  private final PoolRefresh refresh;
  private final SharedAnswers<PoolOfHost, List<StorageVolume>> lists = new SharedAnswers<>();
  private final SharedAnswers<PoolOfHost, Optional<String>> refreshes = new SharedAnswers<>();

  private record PoolOfHost(HostAddress host, String pool) {}

  public LibvirtStorage(LibvirtConnections connections) {
    this.connections = connections;
    this.pools = new PoolList(connections);
    this.refresh = new PoolRefresh(connections);
  }

  @Override
  public List<StoragePool> allPools(HostAddress host) {
    return pools.all(host);
  }

  @Override
  public Optional<StorageVolume> volume(HostAddress host, String pool, String name) {
    return ask(host, pool, found -> withVolume(found, name, volume -> standing(pool, volume)))
        .flatMap(volume -> volume)
        .flatMap(volume -> volume);
  }

  @Override
  public List<StorageVolume> volumes(HostAddress host, String pool) {
    return lists.ask(new PoolOfHost(host, pool), () -> listed(host, pool));
  }

  private List<StorageVolume> listed(HostAddress host, String pool) {
    return Batches.<String, Optional<StorageVolume>>all(
            names(host, pool),
            left ->
                ask(
                    host,
                    pool,
                    found -> Batches.BY_TIME.some(left, name -> readable(found, pool, name))))
        .stream()
        .flatMap(Optional::stream)
        .toList();
  }

  private List<String> names(HostAddress host, String pool) {
    return ask(host, pool, found -> List.of(found.listVolumes())).orElse(List.of());
  }

  private static Optional<StorageVolume> readable(
      org.libvirt.StoragePool pool, String poolName, String name) throws LibvirtException {
    try {
      return withVolume(pool, name, volume -> described(poolName, volume));
    } catch (LibvirtException e) {
      log.debug("{} in pool {} can't be read", name, poolName, e);
      // Throws where it is not the volume's fault, but the connection is gone.
      pool.getInfo();
    } catch (LibvirtFailure e) {
      log.debug("{} in pool {} can't be understood: {}", name, poolName, e.message());
    }
    return Optional.empty();
  }

  @Override
  public Optional<String> readAnew(HostAddress host, String pool) {
    return refreshes.ask(new PoolOfHost(host, pool), () -> refreshed(host, pool));
  }

  private Optional<String> refreshed(HostAddress host, String pool) {
    List<String> names;
    try {
      names = names(host, pool);
    } catch (LibvirtFailure e) {
      if (e.aboutSilentPool()) {
        throw e;
      }
      return Optional.of(
          "Pool %s of %s is not read anew, as its volumes can't be listed: %s."
              .formatted(pool, host.name(), e.message()));
    }
    return refresh.whyNot(host, pool, names);
  }

  @Override
  public boolean stands(HostAddress host, String pool, String name) {
    return ask(host, pool, found -> withVolume(found, name, PoolRefresh::stands).orElse(false))
        .orElseThrow(() -> gone(pool));
  }

  @Override
  public StorageVolume create(HostAddress host, VolumeSpec spec) {
    return carryOut(
        host,
        spec.pool(),
        pool -> {
          StorageVol made = pool.storageVolCreateXML(VolumeXml.of(spec), 0);
          try {
            return described(spec.pool(), made);
          } finally {
            made.free();
          }
        });
  }

  @Override
  public void shrink(HostAddress host, String pool, String name, long capacityBytes) {
    carryOut(
        host,
        pool,
        there ->
            withVolume(
                    there,
                    name,
                    volume -> {
                      volume.resize(capacityBytes, StorageVol.ResizeFlags.SHRINK);
                      return true;
                    })
                .orElseThrow(() -> lost(name)));
  }

  private static LibvirtFailure gone(String pool) {
    return new LibvirtFailure(
        NO_STORAGE_POOL, ErrorDomain.STORAGE, "The pool %s is gone".formatted(pool));
  }

  @Override
  public byte[] read(HostAddress host, String pool, String name, long offset, int length) {
    return ofVolume(
        host,
        pool,
        name,
        (connect, volume) -> LibvirtVolumeReader.download(connect, volume, offset, length));
  }

  @Override
  public boolean readsAsZeroes(HostAddress host, String pool, String name) {
    return ofVolume(host, pool, name, LibvirtVolumeReader::readsAsZeroes);
  }

  @FunctionalInterface
  private interface VolumeReading<T> {
    T of(Connect connect, StorageVol volume) throws LibvirtException;
  }

  private <T> T ofVolume(HostAddress host, String pool, String name, VolumeReading<T> reading) {
    return connections.askPool(
        host,
        pool,
        LibvirtConnections.POOL_LIMIT,
        connect ->
            withPool(
                    connect,
                    pool,
                    there ->
                        withVolume(there, name, volume -> reading.of(connect, volume))
                            .orElseThrow(() -> lost(name)))
                .orElseThrow(() -> gone(pool)));
  }

  private static LibvirtFailure lost(String name) {
    return new LibvirtFailure(NO_STORAGE_VOL, ErrorDomain.STORAGE, "%s is gone".formatted(name));
  }

  @Override
  public VolumeReader open(HostAddress host, String pool, String name) {
    if (!stands(host, pool, name)) {
      throw lost(name);
    }
    // On a connection of its own nobody counts what hangs, so it must have answered just now.
    PooledConnect connect = PooledConnect.to(host);
    try {
      org.libvirt.StoragePool found = connect.storagePoolLookupByName(pool);
      try {
        return new LibvirtVolumeReader(host, connect, found.storageVolLookupByName(name));
      } finally {
        found.free();
      }
    } catch (LibvirtException e) {
      LibvirtConnections.close(connect);
      throw LibvirtErrors.of(e);
    }
  }

  @Override
  public void delete(HostAddress host, String pool, String name) {
    carryOut(
        host,
        pool,
        found ->
            withVolume(
                found,
                name,
                volume -> {
                  volume.delete(0);
                  return true;
                }));
  }

  /** Empty when there is no such pool. */
  private <T> Optional<T> ask(HostAddress host, String pool, PoolQuery<T> query) {
    return connections.askPool(
        host, pool, LibvirtConnections.POOL_LIMIT, connect -> withPool(connect, pool, query));
  }

  /** The same for what only runs do, which need the pool. */
  private <T> T carryOut(HostAddress host, String pool, PoolQuery<T> deed) {
    return connections
        .askPool(host, pool, FOR_A_DEED, connect -> withPool(connect, pool, deed))
        .orElseThrow(() -> gone(pool));
  }

  /** Empty where the pool knows a volume that is gone. */
  private static Optional<StorageVolume> standing(String pool, StorageVol volume)
      throws LibvirtException {
    return Optional.ofNullable(unlessMissing(NO_STORAGE_VOL, () -> described(pool, volume)));
  }

  private static StorageVolume described(String pool, StorageVol volume) throws LibvirtException {
    String xml = volume.getXMLDesc(0);
    try {
      return VolumeXml.volume(pool, xml);
    } catch (IllegalArgumentException e) {
      throw new LibvirtFailure(
          XML_ERROR,
          ErrorDomain.NONE,
          "A volume of pool %s can't be read: %s".formatted(pool, e.getMessage()));
    }
  }
}
