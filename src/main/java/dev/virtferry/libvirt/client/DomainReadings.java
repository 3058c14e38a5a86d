package dev.virtferry.libvirt.client;

import static dev.virtferry.libvirt.client.DomainLookup.withDomain;

import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.LibvirtFailure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads many domains of a host, some in each query. None of it asks a guest. */
record DomainReadings(LibvirtConnections connections) {

  private static final Logger log = LoggerFactory.getLogger(DomainReadings.class);

  /** What a daemon says of an answer longer than 4 MiB; it has no number of its own. */
  private static final String TOO_LONG = "Unable to encode message payload";

  /** What a client says of a longer list than libvirt's protocol has room for, as 16,384 names. */
  private static final String TOO_MANY = "too many remote";

  /** So that a full host takes many queries, and none of them too long. */
  private static final int DOMAINS_IN_A_QUERY = 50;

  /** Then another one goes on with the rest: domains may have hundreds of snapshots. */
  private static final Duration TIME_OF_A_QUERY = Duration.ofSeconds(1);

  @FunctionalInterface
  interface HostReading<T> {
    T of(PooledConnect connect, Domain domain) throws LibvirtException;
  }

  /**
   * What each of them tells of itself, without those that left; none asks a guest.
   *
   * @param otherwise for one whose definition can't be had: it is longer than a message of
   *     libvirt's, or can't be read
   */
  <T> List<T> ofEach(
      HostAddress host, List<UUID> domains, HostReading<T> reading, HostReading<T> otherwise) {
    List<T> all = new ArrayList<>();
    Deque<UUID> left = new ArrayDeque<>(domains);
    while (!left.isEmpty()) {
      all.addAll(connections.askAll(host, connect -> ofSome(connect, left, reading, otherwise)));
    }
    return all;
  }

  @FunctionalInterface
  interface PartReading<T> {
    T of(Domain domain, String part) throws LibvirtException;
  }

  /**
   * What each of a domain's parts tells, such as its snapshots, of which it may have thousands;
   * less when the domain leaves meanwhile.
   */
  <T> List<T> ofEachPart(
      HostAddress host, UUID domain, List<String> parts, PartReading<T> reading) {
    return Batches.all(
        parts,
        left ->
            connections.askAll(
                host,
                connect ->
                    withDomain(
                        connect,
                        domain.toString(),
                        there -> Batches.BY_TIME.some(left, part -> reading.of(there, part)))));
  }

  /** Takes from those that are left as many as a query may. */
  private static <T> List<T> ofSome(
      PooledConnect connect, Deque<UUID> left, HostReading<T> reading, HostReading<T> otherwise)
      throws LibvirtException {
    long begun = System.nanoTime();
    List<T> found = new ArrayList<>();
    for (int taken = 0; taken < DOMAINS_IN_A_QUERY && !left.isEmpty(); taken++) {
      String domain = left.remove().toString();
      withDomain(connect, domain, there -> unlessUnreadable(connect, there, reading, otherwise))
          .ifPresent(found::add);
      if (System.nanoTime() - begun > TIME_OF_A_QUERY.toNanos()) {
        return found;
      }
    }
    return found;
  }

  private static <T> T unlessUnreadable(
      PooledConnect connect, Domain domain, HostReading<T> reading, HostReading<T> otherwise)
      throws LibvirtException {
    try {
      return reading.of(connect, domain);
    } catch (LibvirtException e) {
      LibvirtFailure failure = LibvirtErrors.of(e);
      if (failure.is(ErrorNumber.RPC) && isTooMuch(failure.message())) {
        return otherwise.of(connect, domain);
      }
      throw e;
    } catch (IllegalArgumentException e) {
      log.warn("The definition of {} can't be read: {}", domain.getName(), e.getMessage());
      return otherwise.of(connect, domain);
    }
  }

  private static boolean isTooMuch(String words) {
    return words.contains(TOO_LONG) || words.contains(TOO_MANY);
  }
}
