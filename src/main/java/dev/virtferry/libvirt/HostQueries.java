package dev.virtferry.libvirt;

import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is asked of one host, by what it waits for: the host alone, a domain, a guest's QEMU or a
 * pool. It says what of these did not answer, or that nobody was asked.
 */
final class HostQueries {

  private static final Logger log = LoggerFactory.getLogger(HostQueries.class);

  /** In the place of a pool's name, which is never empty. */
  static final String ALL_POOLS = "";

  /** In the place of a domain's UUID; libvirt gives it to none. */
  static final UUID ALL_DOMAINS = new UUID(0, 0);

  /** Enough to hear of a daemon whether it lives. */
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(1);

  private final String host;
  private final HostCalls calls;
  private final Supplier<@Nullable HostUnreachable> trouble;
  private final Supplier<?> signOfLife;
  private final Turns<UUID> domains = new Turns<>();
  private final Turns<UUID> deeds = new Turns<>();
  private final Turns<UUID> guests = new Turns<>();
  private final Turns<String> pools = new Turns<>();

  /** When the daemon last answered anything. */
  private volatile long heardAtNanos = System.nanoTime() - SIGN_OF_LIFE.toNanos();

  /**
   * Prepares.
   *
   * @param trouble what was told of the last connection that did not open; null since one did
   * @param signOfLife what a daemon answers at once
   */
  HostQueries(
      String host,
      HostCalls calls,
      Supplier<@Nullable HostUnreachable> trouble,
      Supplier<?> signOfLife) {
    this.host = host;
    this.calls = calls;
    this.trouble = trouble;
    this.signOfLife = signOfLife;
  }

  /**
   * Makes a query that hangs only with its host. Of a host that could not be reached last time,
   * whoever reads is told so again unless it answers within a second; what was begun goes on and
   * may find it.
   *
   * @throws HostUnreachable when the host can't be asked, or does not answer within the limit
   * @throws LibvirtFailure when libvirt refuses
   */
  <T extends @Nullable Object> T ask(Errand errand, Supplier<T> query, Duration atMost) {
    @Nullable HostUnreachable known = knownTo(errand);
    try {
      return calls.make(Lane.of(errand), heard(query), known == null ? atMost : SIGN_OF_LIFE);
    } catch (HostCalls.Late e) {
      log.debug("{} does not answer", host, e);
      throw known != null
          ? known
          : new HostUnreachable(
              host, String.format(Locale.ROOT, "no answer within %d ms", atMost.toMillis()));
    } catch (HostCalls.Crowded e) {
      log.debug("{} is asked too much", host, e);
      throw known != null ? known : crowded();
    }
  }

  private @Nullable HostUnreachable knownTo(Errand errand) {
    return errand == Errand.READING ? trouble.get() : null;
  }

  private HostUnreachable crowded() {
    return new HostUnreachable(host, "too many calls to it wait or hang");
  }

  /**
   * Makes a query that waits for nothing but what libvirt knows of a domain, alone. libvirt may
   * keep a domain locked while it waits for a file: then all that is asked of the domain hangs, and
   * each list of domains.
   *
   * @param domain {@link #ALL_DOMAINS} for a list
   * @throws HostUnreachable when the host can't be asked; for a migration, which waits for it, also
   *     when the host answers and the domain's daemon does not tell of it
   * @throws LibvirtFailure of a silent domain, for whoever reads
   */
  <T extends @Nullable Object> T askDomain(
      Errand errand, UUID domain, Supplier<T> query, Duration atMost) {
    return ofDomain(domains, errand, domain, query, atMost);
  }

  /** The same for what is done to a domain, which waits behind nobody who only asks. */
  <T extends @Nullable Object> T tellDomain(
      Errand errand, UUID domain, Supplier<T> query, Duration atMost) {
    return ofDomain(deeds, errand, domain, query, atMost);
  }

  private <T extends @Nullable Object> T ofDomain(
      Turns<UUID> turns, Errand errand, UUID domain, Supplier<T> query, Duration atMost) {
    @Nullable HostUnreachable known = knownTo(errand);
    try {
      return calls.makeAlone(
          turns, domain, Lane.of(errand), heard(query), known == null ? atMost : SIGN_OF_LIFE);
    } catch (HostCalls.Late e) {
      if (known != null && !heard()) {
        throw known;
      }
      log.debug("{} on {} is not told of", domain, host, e);
      throw silence(errand, domain);
    } catch (HostCalls.Crowded e) {
      log.debug("{} is asked too much", host, e);
      throw known != null ? known : crowded();
    }
  }

  /** A migration waits for it, as for a host that falls silent. */
  private RuntimeException silence(Errand errand, UUID domain) {
    requireAlive(errand);
    LibvirtFailure silence = LibvirtFailure.ofSilentDomain(domain.equals(ALL_DOMAINS), host);
    return errand == Errand.READING ? silence : new HostUnreachable(host, silence.message());
  }

  /**
   * Makes a query that waits for the guest's QEMU. It runs alone: while another one does, it waits.
   *
   * @throws HostUnreachable when the host can't be asked
   * @throws LibvirtFailure also when the host answers and the guest's QEMU does not
   */
  <T extends @Nullable Object> T askGuest(
      Errand errand, UUID guest, Supplier<T> query, Duration atMost) {
    if (domains.hangs(guest, atMost)) {
      throw silence(errand, guest);
    }
    return askAlone(
        guests, guest, Lane.ofGuests(errand), query, atMost, LibvirtFailure.ofSilentGuest());
  }

  /**
   * Makes a query that waits for a storage pool, alone as {@link #askGuest}. While one hangs in a
   * pool, libvirt 9.0 has locked it: all that is asked of that pool hangs, and each list of pools.
   *
   * @param pool its name; {@link #ALL_POOLS} for a list
   * @throws HostUnreachable when the host can't be asked
   * @throws LibvirtFailure also when the host answers and the pool does not
   */
  <T extends @Nullable Object> T askPool(
      Errand errand, String pool, Supplier<T> query, Duration atMost) {
    return askAlone(
        pools, pool, Lane.ofPools(errand), query, atMost, LibvirtFailure.ofSilentPool(pool, host));
  }

  /** A migration waits for what was only not asked; whoever reads goes on without it. */
  private <K, T extends @Nullable Object> T askAlone(
      Turns<K> turns,
      K key,
      Lane lane,
      Supplier<T> query,
      Duration atMost,
      LibvirtFailure silence) {
    try {
      return calls.makeAlone(turns, key, lane, heard(query), atMost);
    } catch (HostCalls.Late e) {
      log.debug("{} on {} does not answer", key, host, e);
      requireAlive(lane.errand());
      throw silence;
    } catch (HostCalls.Crowded e) {
      log.debug("{} on {} was not asked", key, host, e);
      throw lane.errand() == Errand.READING ? silence.asNotAsked(host) : crowded();
    }
  }

  private <T extends @Nullable Object> Supplier<T> heard(Supplier<T> query) {
    return () -> {
      try {
        T answer = query.get();
        heardAtNanos = System.nanoTime();
        return answer;
      } catch (LibvirtFailure e) {
        heardAtNanos = System.nanoTime();
        throw e;
      }
    };
  }

  private boolean heard() {
    return System.nanoTime() - heardAtNanos < SIGN_OF_LIFE.toNanos();
  }

  private void requireAlive(Errand errand) {
    if (!heard()) {
      ask(errand, signOfLife, SIGN_OF_LIFE);
    }
  }
}
