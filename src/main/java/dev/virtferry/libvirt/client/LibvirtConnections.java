package dev.virtferry.libvirt.client;

import static java.util.stream.Collectors.toMap;

import dev.virtferry.libvirt.DomainEvent;
import dev.virtferry.libvirt.DomainName;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.LibraryMissing;
import dev.virtferry.libvirt.Watch;
import dev.virtferry.libvirt.client.HostConnectionPool.Query;
import dev.virtferry.libvirt.client.HostEventStream.Patience;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loaded client library, the queries to each host that was asked something, and one line to
 * each whose news somebody wanted.
 */
public final class LibvirtConnections implements AutoCloseable {

  /** The longest that a query may take; what a client waits for must end within 5 s. */
  static final Duration QUERY_LIMIT = Duration.ofSeconds(4);

  /** Of a guest's QEMU; it leaves time to ask the daemon whether that lives. */
  static final Duration GUEST_LIMIT = Duration.ofSeconds(3);

  /** Of a storage pool, for the same reason. */
  static final Duration POOL_LIMIT = Duration.ofSeconds(3);

  private static final Logger log = LoggerFactory.getLogger(LibvirtConnections.class);

  private final NativeLibvirt library;
  private final NativeEvents events;
  private final Map<HostAddress, HostQueries> hosts = new ConcurrentHashMap<>();
  private final Map<HostAddress, HostEventStream> lines = new ConcurrentHashMap<>();

  /** The UUIDs of each host's domains by their names, as they were listed last. */
  private final Map<HostAddress, Map<String, String>> listed = new ConcurrentHashMap<>();

  /**
   * Loads libvirt's client library.
   *
   * @throws LibraryMissing when it is not installed
   */
  public LibvirtConnections() {
    this.library = NativeLibvirt.load();
    this.events = NativeEvents.load();
  }

  NativeLibvirt library() {
    return library;
  }

  /** Asks the host itself. */
  <T extends @Nullable Object> T ask(HostAddress host, Query<T> query) {
    return to(host).ask(Lane.reading(), query, QUERY_LIMIT);
  }

  /** The same of a domain, by its UUID or name. */
  <T extends @Nullable Object> T ask(HostAddress host, String domain, Query<T> query) {
    String about = listed.getOrDefault(host, Map.of()).getOrDefault(domain, domain);
    String one = DomainLookup.uuid(about).map(UUID::toString).orElse(about);
    return to(host).askAbout(one, Lane.reading(), query, QUERY_LIMIT);
  }

  /** What is asked of a domain by its name and by its UUID waits for one another from now on. */
  void listed(HostAddress host, List<DomainName> domains) {
    to(host).postSentries(domains);
    listed.put(
        host,
        domains.stream()
            .collect(toMap(DomainName::name, domain -> domain.uuid().toString(), (a, _) -> a)));
  }

  /** The same of all domains, or of many. */
  <T extends @Nullable Object> T askAll(HostAddress host, Query<T> query) {
    return to(host).askAbout(HostQueries.ALL_DOMAINS, Lane.reading(), query, QUERY_LIMIT);
  }

  /** The same of a storage pool and its volumes, whose file system may hang. */
  <T extends @Nullable Object> T askPool(
      HostAddress host, String storagePool, Duration atMost, Query<T> query) {
    return to(host).askPool(storagePool, query, atMost);
  }

  /** The same of the list of all pools, which hangs with any of them. */
  <T extends @Nullable Object> T askPools(HostAddress host, Duration atMost, Query<T> query) {
    return to(host).askPool(HostQueries.ALL_POOLS, query, atMost);
  }

  /** The same of what the guest's QEMU has to answer. */
  <T extends @Nullable Object> T askGuest(
      HostAddress host, UUID guest, Duration atMost, Query<T> query) {
    return to(host).askGuest(Lane.readingGuests(), guest, query, atMost);
  }

  /** Asks for a migration that is under way: nobody who only reads can keep it from its answer. */
  <T extends @Nullable Object> T follow(HostAddress host, UUID domain, Query<T> query) {
    return to(host).askAbout(domain.toString(), Lane.FOLLOWING, query, QUERY_LIMIT);
  }

  /** Tells for a migration that is under way: what is told is not kept waiting by what is asked. */
  <T extends @Nullable Object> T tell(HostAddress host, Query<T> command) {
    return to(host).ask(Lane.FOLLOWING, command, QUERY_LIMIT);
  }

  /** The same of what the guest's QEMU has to answer. */
  <T extends @Nullable Object> T followGuest(
      HostAddress host, UUID guest, Duration atMost, Query<T> query) {
    return to(host).askGuest(Lane.FOLLOWING_GUESTS, guest, query, atMost);
  }

  private HostQueries to(HostAddress host) {
    return hosts.computeIfAbsent(
        host,
        address -> new HostQueries(address, library, QUERY_LIMIT, () -> doubtEvents(address)));
  }

  private void doubtEvents(HostAddress host) {
    HostEventStream line = lines.get(host);
    if (line != null) {
      line.doubt();
    }
  }

  /** How many connections this process has open to the host, idle ones included. */
  public static int openTo(HostAddress host) {
    return PooledConnect.openTo(host);
  }

  Watch watch(HostAddress host, UUID domain, Consumer<DomainEvent> onNews) {
    return lines
        .computeIfAbsent(host, address -> new HostEventStream(address, events, Patience.USUAL))
        .watch(domain, onNews);
  }

  static void close(Connect connect) {
    try {
      connect.close();
    } catch (LibvirtException e) {
      log.debug("A connection did not close cleanly", e);
    }
  }

  @Override
  public void close() {
    lines.values().forEach(HostEventStream::close);
    hosts.values().forEach(HostQueries::close);
    hosts.clear();
  }
}
