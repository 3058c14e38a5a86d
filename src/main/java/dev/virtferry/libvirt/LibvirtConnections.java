package dev.virtferry.libvirt;

import dev.virtferry.libvirt.EventLine.Patience;
import java.time.Duration;
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
 * The loaded client library, one lane to each host that was asked something, and one line to each
 * whose news somebody wanted.
 */
public final class LibvirtConnections implements AutoCloseable {

  /** The longest that a query may take; what a client waits for must end within 5 s. */
  static final Duration QUERY_LIMIT = Duration.ofSeconds(4);

  private static final Logger log = LoggerFactory.getLogger(LibvirtConnections.class);

  private final NativeLibvirt library;
  private final NativeEvents events;
  private final Map<HostAddress, HostLane> lanes = new ConcurrentHashMap<>();
  private final Map<HostAddress, EventLine> lines = new ConcurrentHashMap<>();

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

  <T extends @Nullable Object> T ask(HostAddress host, HostLane.Query<T> query) {
    return ask(host, QUERY_LIMIT, query);
  }

  /** For answers that are worth less than {@link #QUERY_LIMIT}. */
  <T extends @Nullable Object> T ask(HostAddress host, Duration atMost, HostLane.Query<T> query) {
    return lanes
        .computeIfAbsent(host, address -> new HostLane(address, QUERY_LIMIT))
        .ask(query, atMost);
  }

  /** How many connections this process has open to the host, idle ones included. */
  public static int openTo(HostAddress host) {
    return LentConnect.openTo(host);
  }

  Watch watch(HostAddress host, UUID domain, Consumer<DomainNews> onNews) {
    return lines
        .computeIfAbsent(host, address -> new EventLine(address, events, Patience.USUAL))
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
    lines.values().forEach(EventLine::close);
    lanes.values().forEach(HostLane::close);
    lanes.clear();
  }
}
