package dev.virtferry.libvirt.client;

import static dev.virtferry.libvirt.ErrorNumber.NO_STORAGE_POOL;
import static dev.virtferry.libvirt.ErrorNumber.NO_STORAGE_VOL;
import static dev.virtferry.libvirt.ErrorNumber.XML_ERROR;

import dev.virtferry.libvirt.ErrorDomain;
import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.VolumeReader;
import dev.virtferry.libvirt.VolumeSpec;
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
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.libvirt.StorageVol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link Storage} on libvirt-java. */
public final class LibvirtStorage implements Storage {

  private static final Logger log = LoggerFactory.getLogger(LibvirtStorage.class);

  /** Somebody's volume is being built in it. */
  private static final Duration PATIENCE_WITH_A_BUSY_POOL = Duration.ofSeconds(3);

  private static final Duration BETWEEN_REFRESHES = Duration.ofMillis(50);

  /** The list hangs with each pool that does. */
  private static final Duration FOR_THE_LIST = Duration.ofSeconds(1);

  /** Where the list hangs, however many do. */
  private static final Duration FOR_HUNG_POOLS = Duration.ofSeconds(1);

  /** Nobody waits for it but a migration. */
  private static final Duration FOR_A_DEED = Duration.ofSeconds(10);

  /** So that a large pool takes many queries, and none of them too long. */
  private static final int VOLUMES_IN_A_QUERY = 200;

  private final LibvirtConnections connections;

  /** What the pools of each host told last, by their names. */
  private final Map<HostAddress, Map<String, StoragePool>> told = new ConcurrentHashMap<>();

  public LibvirtStorage(LibvirtConnections connections) {
    this.connections = connections;
  }

  @Override
  public List<StoragePool> allPools(HostAddress host) {
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
          connections.askPools(host, FOR_THE_LIST, LibvirtStorage::names),
          LibvirtConnections.POOL_LIMIT);
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
          host,
          name,
          patience.left(),
          connect -> withPool(connect, name, LibvirtStorage::described));
    } catch (LibvirtFailure e) {
      if (!e.aboutSilentPool() || before == null) {
        throw e;
      }
      patience.spend(Duration.ofNanos(System.nanoTime() - begun));
      return Optional.of(before.silent());
    }
  }

  @Override
  public Optional<StorageVolume> volume(HostAddress host, String pool, String name) {
    return ask(host, pool, found -> withVolume(found, name, volume -> standing(pool, volume)))
        .flatMap(volume -> volume)
        .flatMap(volume -> volume);
  }

  @Override
  public List<StorageVolume> volumes(HostAddress host, String pool) {
    return slices(host, pool).stream()
        .flatMap(some ->
            ask(host, pool, found -> readable(found, pool, some)).orElse(List.of()).stream())
        .toList();
  }

  private List<List<String>> slices(HostAddress host, String pool) {
    List<String> names = ask(host, pool, found -> List.of(found.listVolumes())).orElse(List.of());
    List<List<String>> slices = new ArrayList<>();
    for (int from = 0; from < names.size(); from += VOLUMES_IN_A_QUERY) {
      slices.add(names.subList(from, Math.min(names.size(), from + VOLUMES_IN_A_QUERY)));
    }
    return slices;
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
      } catch (LibvirtFailure e) {
        log.debug("{} in pool {} can't be understood: {}", name, poolName, e.message());
      }
    }
    return volumes;
  }

  /**
   * libvirt 9.0 stops a pool that it can't read to its end, as with a dead mount in its folder, and
   * does not start it before that is gone. What it knows it can be asked about without harm.
   */
  @Override
  public Optional<String> readAnew(HostAddress host, String pool) {
    List<List<String>> slices;
    try {
      slices = slices(host, pool);
    } catch (LibvirtFailure e) {
      if (e.aboutSilentPool()) {
        throw e;
      }
      return Optional.of(
          "Pool %s of %s is not read anew, as its volumes can't be listed: %s."
              .formatted(pool, host.name(), e.message()));
    }
    for (List<String> some : slices) {
      Optional<String> broken = ask(host, pool, found -> broken(found, some)).flatMap(why -> why);
      if (broken.isPresent()) {
        return Optional.of(
            "Pool %s of %s is not read anew, as libvirt would stop it: %s."
                .formatted(pool, host.name(), broken.get()));
      }
    }
    return refreshed(host, pool)
        .map(failure ->
            "Pool %s of %s was not read anew: %s.".formatted(pool, host.name(), failure.message()));
  }

  private static Optional<String> broken(org.libvirt.StoragePool pool, List<String> names)
      throws LibvirtException {
    for (String name : names) {
      try {
        withVolume(pool, name, LibvirtStorage::stands);
      } catch (LibvirtException e) {
        // Throws where it is not the volume's fault, but the connection is gone.
        pool.getInfo();
        return Optional.of(LibvirtErrors.of(e).message());
      }
    }
    return Optional.empty();
  }

  /** libvirt does not look into a pool while a volume of it is being built, by whomever. */
  private Optional<LibvirtFailure> refreshed(HostAddress host, String pool) {
    long begun = System.nanoTime();
    Optional<LibvirtFailure> failure = refreshedOnce(host, pool);
    while (failure.isPresent()
        && failure.get().is(ErrorNumber.INTERNAL_ERROR)
        && System.nanoTime() - begun < PATIENCE_WITH_A_BUSY_POOL.toNanos()) {
      LockSupport.parkNanos(BETWEEN_REFRESHES.toNanos());
      failure = refreshedOnce(host, pool);
    }
    return failure;
  }

  private Optional<LibvirtFailure> refreshedOnce(HostAddress host, String pool) {
    return ask(host, pool, found -> refreshed(host, found)).flatMap(failure -> failure);
  }

  private static Optional<LibvirtFailure> refreshed(HostAddress host, org.libvirt.StoragePool pool)
      throws LibvirtException {
    try {
      pool.refresh(0);
      return Optional.empty();
    } catch (LibvirtException e) {
      LibvirtFailure failure = LibvirtErrors.of(e);
      if (pool.isActive() == 0) {
        startAgain(host, pool, failure);
      }
      return Optional.of(failure);
    }
  }

  private static void startAgain(HostAddress host, org.libvirt.StoragePool pool, LibvirtFailure why)
      throws LibvirtException {
    String name = pool.getName();
    try {
      pool.create(0);
      log.warn(
          "libvirt stopped pool {} of {} while it read it anew, and it was started again: {}",
          name,
          host.name(),
          why.message());
    } catch (LibvirtException e) {
      String words =
          "libvirt stopped pool %s of %s while it read it anew, and does not start it: %s"
              .formatted(name, host.name(), LibvirtErrors.of(e).message());
      log.error("{}", words);
      throw new LibvirtFailure(NO_STORAGE_POOL, ErrorDomain.STORAGE, words);
    }
  }

  @Override
  public boolean stands(HostAddress host, String pool, String name) {
    return ask(host, pool, found -> withVolume(found, name, LibvirtStorage::stands).orElse(false))
        .orElseThrow(() -> gone(pool));
  }

  private static boolean stands(StorageVol volume) throws LibvirtException {
    return unlessMissing(NO_STORAGE_VOL, volume::getInfo) != null;
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

  @FunctionalInterface
  private interface PoolQuery<T> {
    T of(org.libvirt.StoragePool pool) throws LibvirtException;
  }

  @FunctionalInterface
  private interface VolumeQuery<T> {
    T of(StorageVol volume) throws LibvirtException;
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

  private static <T> @Nullable T unlessMissing(ErrorNumber missing, Lookup<T> lookup)
      throws LibvirtException {
    try {
      return lookup.make();
    } catch (LibvirtException e) {
      if (LibvirtErrors.of(e).is(missing)) {
        return null;
      }
      throw e;
    }
  }

  private static StoragePool described(org.libvirt.StoragePool pool) throws LibvirtException {
    String xml = pool.getXMLDesc(0);
    return pool.isActive() == 0
        ? VolumeXml.pool(xml, 0).stopped()
        : VolumeXml.pool(xml, pool.getInfo().available);
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
