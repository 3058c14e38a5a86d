package dev.virtferry.libvirt.client;

import static dev.virtferry.libvirt.ErrorNumber.NO_STORAGE_POOL;
import static dev.virtferry.libvirt.ErrorNumber.NO_STORAGE_VOL;
import static dev.virtferry.libvirt.client.PoolLookup.unlessMissing;
import static dev.virtferry.libvirt.client.PoolLookup.withPool;
import static dev.virtferry.libvirt.client.PoolLookup.withVolume;

import dev.virtferry.libvirt.ErrorDomain;
import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.client.PoolLookup.PoolQuery;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.libvirt.LibvirtException;
import org.libvirt.StorageVol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets libvirt read a pool anew. libvirt 9.0 stops a pool that it can't read to its end, as with a
 * dead mount in its folder, and does not start it before that is gone. What it knows it can be
 * asked about without harm.
 */
record PoolRefresh(LibvirtConnections connections) {

  private static final Logger log = LoggerFactory.getLogger(PoolRefresh.class);

  /** Somebody's volume is being built in it. */
  private static final Duration PATIENCE_WITH_A_BUSY_POOL = Duration.ofSeconds(3);

  private static final Duration BETWEEN_REFRESHES = Duration.ofMillis(50);

  /**
   * Reads it.
   *
   * @param names of its volumes
   * @return why it was not read; empty when it was
   */
  Optional<String> whyNot(HostAddress host, String pool, List<String> names) {
    Optional<String> broken =
        Batches.<String, Optional<String>>all(
                names,
                left ->
                    ask(
                        host,
                        pool,
                        found -> Batches.BY_TIME.some(left, name -> broken(found, name))))
            .stream()
            .flatMap(Optional::stream)
            .findFirst();
    if (broken.isPresent()) {
      return Optional.of(
          "Pool %s of %s is not read anew, as libvirt would stop it: %s."
              .formatted(pool, host.name(), broken.get()));
    }
    return refreshed(host, pool)
        .map(failure ->
            "Pool %s of %s was not read anew: %s.".formatted(pool, host.name(), failure.message()));
  }

  private static Optional<String> broken(org.libvirt.StoragePool pool, String name)
      throws LibvirtException {
    try {
      withVolume(pool, name, PoolRefresh::stands);
      return Optional.empty();
    } catch (LibvirtException e) {
      // Throws where it is not the volume's fault, but the connection is gone.
      pool.getInfo();
      return Optional.of(LibvirtErrors.of(e).message());
    }
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

  static boolean stands(StorageVol volume) throws LibvirtException {
    return unlessMissing(NO_STORAGE_VOL, volume::getInfo) != null;
  }

  /** Empty when there is no such pool. */
  private <T> Optional<T> ask(HostAddress host, String pool, PoolQuery<T> query) {
    return connections.askPool(
        host, pool, LibvirtConnections.POOL_LIMIT, connect -> withPool(connect, pool, query));
  }
}
