package dev.virtferry.libvirt;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.libvirt.StorageVol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link Storage} on libvirt-java. */
public final class LibvirtStorage implements Storage {

  private static final Logger log = LoggerFactory.getLogger(LibvirtStorage.class);

  /** {@code VIR_ERR_NO_STORAGE_POOL}. */
  private static final int NO_STORAGE_POOL = 49;

  /** {@code VIR_ERR_NO_STORAGE_VOL}. */
  private static final int NO_STORAGE_VOL = 50;

  /** {@code VIR_ERR_INTERNAL_ERROR}. */
  private static final int INTERNAL_ERROR = 1;

  /** Less than a query may take. */
  private static final Duration PATIENCE_WITH_A_BUSY_POOL = Duration.ofSeconds(3);

  private static final Duration BETWEEN_REFRESHES = Duration.ofMillis(50);

  /** So that a large pool takes many queries, and none of them too long. */
  private static final int VOLUMES_IN_A_QUERY = 200;

  /** {@code VIR_FROM_STORAGE}. */
  private static final int FROM_STORAGE = 18;

  private final LibvirtConnections connections;

  public LibvirtStorage(LibvirtConnections connections) {
    this.connections = connections;
  }

  @Override
  public List<StoragePool> pools(HostAddress host) {
    return connections.askStorage(
        host,
        connect -> {
          List<StoragePool> pools = new ArrayList<>();
          for (String name : connect.listStoragePools()) {
            withPool(connect, name, LibvirtStorage::described).ifPresent(pools::add);
          }
          return pools;
        });
  }

  @Override
  public Optional<StorageVolume> volume(HostAddress host, String pool, String name) {
    return connections.askStorage(
        host,
        connect ->
            withPool(
                    connect,
                    pool,
                    found -> {
                      refresh(found);
                      return withVolume(found, name, volume -> described(pool, volume));
                    })
                .flatMap(volume -> volume));
  }

  @Override
  public List<StorageVolume> volumes(HostAddress host, String pool) {
    List<String> names =
        connections
            .askStorage(
                host,
                connect ->
                    withPool(
                        connect,
                        pool,
                        found -> {
                          refresh(found);
                          return List.of(found.listVolumes());
                        }))
            .orElse(List.of());
    List<StorageVolume> volumes = new ArrayList<>();
    for (int from = 0; from < names.size(); from += VOLUMES_IN_A_QUERY) {
      List<String> some = names.subList(from, Math.min(names.size(), from + VOLUMES_IN_A_QUERY));
      connections
          .askStorage(
              host, connect -> withPool(connect, pool, found -> readable(found, pool, some)))
          .ifPresent(volumes::addAll);
    }
    return volumes;
  }

  private static List<StorageVolume> readable(
      org.libvirt.StoragePool pool, String poolName, List<String> names) throws LibvirtException {
    List<StorageVolume> volumes = new ArrayList<>();
    for (String name : names) {
      try {
        withVolume(pool, name, volume -> described(poolName, volume)).ifPresent(volumes::add);
      } catch (LibvirtException e) {
        log.debug("{} in pool {} can't be read", name, poolName, e);
        // Throws where it is not the volume's fault, but the connection is gone.
        pool.getInfo();
      }
    }
    return volumes;
  }

  /** libvirt does not look into a pool while a volume of it is being built, by whomever. */
  private static void refresh(org.libvirt.StoragePool pool) throws LibvirtException {
    long begun = System.nanoTime();
    while (!refreshed(pool, System.nanoTime() - begun)) {
      try {
        Thread.sleep(BETWEEN_REFRESHES);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LibvirtFailure(INTERNAL_ERROR, FROM_STORAGE, "Stopped waiting for a busy pool");
      }
    }
  }

  private static boolean refreshed(org.libvirt.StoragePool pool, long waitedNanos)
      throws LibvirtException {
    try {
      pool.refresh(0);
      return true;
    } catch (LibvirtException e) {
      boolean busy = Failures.of(e).code() == INTERNAL_ERROR;
      if (busy && waitedNanos < PATIENCE_WITH_A_BUSY_POOL.toNanos()) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public boolean stands(HostAddress host, String pool, String name) {
    return connections.askStorage(
        host,
        connect ->
            withPool(
                    connect,
                    pool,
                    found -> withVolume(found, name, LibvirtStorage::stands).orElse(false))
                .orElseThrow(() -> gone(pool)));
  }

  @Override
  public Optional<StorageVolume> glance(HostAddress host, String pool, String name) {
    return connections.askStorage(
        host,
        connect ->
            withPool(
                    connect,
                    pool,
                    found -> withVolume(found, name, volume -> described(pool, volume)))
                .flatMap(volume -> volume));
  }

  private static boolean stands(StorageVol volume) throws LibvirtException {
    return unlessMissing(NO_STORAGE_VOL, volume::getInfo) != null;
  }

  @Override
  public StorageVolume create(HostAddress host, VolumeSpec spec) {
    return connections.askStorage(
        host,
        connect ->
            withPool(
                    connect,
                    spec.pool(),
                    pool -> {
                      StorageVol made = pool.storageVolCreateXML(VolumeXml.of(spec), 0);
                      try {
                        return described(spec.pool(), made);
                      } finally {
                        made.free();
                      }
                    })
                .orElseThrow(() -> gone(spec.pool())));
  }

  @Override
  public void shrink(HostAddress host, String pool, String name, long capacityBytes) {
    ofVolume(
        host,
        pool,
        name,
        (_, volume) -> {
          volume.resize(capacityBytes, StorageVol.ResizeFlags.SHRINK);
          return true;
        });
  }

  private static LibvirtFailure gone(String pool) {
    return new LibvirtFailure(NO_STORAGE_POOL, FROM_STORAGE, "The pool %s is gone".formatted(pool));
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
    return connections.askStorage(
        host,
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
    return new LibvirtFailure(NO_STORAGE_VOL, FROM_STORAGE, "%s is gone".formatted(name));
  }

  @Override
  public VolumeReader open(HostAddress host, String pool, String name) {
    LentConnect connect = LentConnect.to(host);
    try {
      org.libvirt.StoragePool found = connect.storagePoolLookupByName(pool);
      try {
        return new LibvirtVolumeReader(host, connect, found.storageVolLookupByName(name));
      } finally {
        found.free();
      }
    } catch (LibvirtException e) {
      LibvirtConnections.close(connect);
      throw Failures.of(e);
    }
  }

  @Override
  public void delete(HostAddress host, String pool, String name) {
    connections.askStorage(
        host,
        connect ->
            withPool(
                    connect,
                    pool,
                    found ->
                        withVolume(
                            found,
                            name,
                            volume -> {
                              volume.delete(0);
                              return true;
                            }))
                .orElseThrow(() -> gone(pool)));
  }

  @FunctionalInterface
  private interface PoolQuery<T> {
    T of(org.libvirt.StoragePool pool) throws LibvirtException;
  }

  @FunctionalInterface
  private interface VolumeQuery<T> {
    T of(StorageVol volume) throws LibvirtException;
  }

  private static <T> Optional<T> withPool(Connect connect, String name, PoolQuery<T> query)
      throws LibvirtException {
    org.libvirt.StoragePool pool =
        unlessMissing(NO_STORAGE_POOL, () -> connect.storagePoolLookupByName(name));
    if (pool == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(query.of(pool));
    } finally {
      pool.free();
    }
  }

  private static <T> Optional<T> withVolume(
      org.libvirt.StoragePool pool, String name, VolumeQuery<T> query) throws LibvirtException {
    StorageVol volume = unlessMissing(NO_STORAGE_VOL, () -> pool.storageVolLookupByName(name));
    if (volume == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(query.of(volume));
    } finally {
      volume.free();
    }
  }

  @FunctionalInterface
  private interface Lookup<T> {
    T make() throws LibvirtException;
  }

  private static <T> @Nullable T unlessMissing(int code, Lookup<T> lookup) throws LibvirtException {
    try {
      return lookup.make();
    } catch (LibvirtException e) {
      if (Failures.of(e).code() == code) {
        return null;
      }
      throw e;
    }
  }

  private static StoragePool described(org.libvirt.StoragePool pool) throws LibvirtException {
    return VolumeXml.pool(pool.getXMLDesc(0), pool.getInfo().available);
  }

  private static StorageVolume described(String pool, StorageVol volume) throws LibvirtException {
    return VolumeXml.volume(pool, volume.getXMLDesc(0));
  }
}
