package dev.virtferry.libvirt.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.jna.Callback;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.virtferry.libvirt.DomainEvent;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.client.EventCalls.IterationCallback;
import dev.virtferry.libvirt.client.EventCalls.JobCompletedCallback;
import dev.virtferry.libvirt.client.EventCalls.LifecycleCallback;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections that carry events.
 *
 * <p>There is one callback of each kind, kept here for as long as the process lives, and what
 * libvirt is given to hand back with each event is a number, not memory. So nothing has to be freed
 * while libvirt may still be telling, and an event that comes too late belongs to nobody.
 */
final class NativeEvents implements HostEventStream.Dialler {

  private static final Logger log = LoggerFactory.getLogger(NativeEvents.class);

  private static final int LIFECYCLE = 0;
  private static final int MIGRATION_ITERATION = 20;
  private static final int JOB_COMPLETED = 21;
  private static final int UUID_BUFFER = 37;

  private final EventCalls calls;
  private final Map<Long, BiConsumer<UUID, DomainEvent>> listeners = new ConcurrentHashMap<>();
  private final AtomicLong tokens = new AtomicLong();
  private final Map<Integer, Callback> callbacks =
      Map.of(
          LIFECYCLE,
          (LifecycleCallback)
              (_, domain, event, _, token) -> {
                tell(token, domain, DomainEvent.ofLife(event));
                return 0;
              },
          MIGRATION_ITERATION,
          (IterationCallback) (_, domain, _, token) -> tell(token, domain, DomainEvent.ITERATION),
          JOB_COMPLETED,
          (JobCompletedCallback)
              (_, domain, _, _, token) -> tell(token, domain, DomainEvent.JOB_COMPLETED));

  private NativeEvents(EventCalls calls) {
    this.calls = calls;
  }

  /** The library must have been loaded, and its event loop must run: it is what calls back. */
  static NativeEvents load() {
    return new NativeEvents(Native.load("virt", EventCalls.class));
  }

  @Override
  public HostEventStream.Connection open(HostAddress host, BiConsumer<UUID, DomainEvent> listener) {
    PooledConnect connect = PooledConnect.to(host);
    var opened = new Registered(connect, tokens.incrementAndGet());
    listeners.put(opened.token, listener);
    try {
      opened.register();
      return opened;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** On the thread of libvirt's event loop, into which nothing may be thrown. */
  private void tell(Pointer token, Pointer domain, DomainEvent news) {
    try {
      BiConsumer<UUID, DomainEvent> listener = listeners.get(Pointer.nativeValue(token));
      if (listener != null) {
        listener.accept(uuid(domain), news);
      }
    } catch (RuntimeException e) {
      log.warn("An event of libvirt's was lost", e);
    }
  }

  private UUID uuid(Pointer domain) {
    var buffer = new byte[UUID_BUFFER];
    if (calls.virDomainGetUUIDString(domain, buffer) != 0) {
      throw lastFailure();
    }
    return UUID.fromString(new String(buffer, 0, UUID_BUFFER - 1, US_ASCII));
  }

  private LibvirtFailure lastFailure() {
    return new LibvirtFailure(
        calls.virGetLastErrorCode(), calls.virGetLastErrorDomain(), calls.virGetLastErrorMessage());
  }

  /** A connection that is asked for nothing once its events are registered. */
  private final class Registered implements HostEventStream.Connection {

    private final PooledConnect connect;
    private final long token;
    private final Map<Integer, Integer> registrations = new ConcurrentHashMap<>();

    Registered(PooledConnect connect, long token) {
      this.connect = connect;
      this.token = token;
    }

    void register() {
      callbacks.forEach((event, callback) -> {
        int registration =
            calls.virConnectDomainEventRegisterAny(
                connect.pointer(), null, event, callback, new Pointer(token), null);
        if (registration < 0) {
          throw lastFailure();
        }
        registrations.put(event, registration);
      });
    }

    @Override
    public boolean alive() {
      return connect.alive();
    }

    /** Each registration holds the connection, so one that stays would keep it open for good. */
    @Override
    public void close() {
      listeners.remove(token);
      for (int registration : registrations.values()) {
        if (calls.virConnectDomainEventDeregisterAny(connect.pointer(), registration) != 0) {
          log.debug("An event was not deregistered cleanly: {}", lastFailure().message());
        }
      }
      registrations.clear();
      LibvirtConnections.close(connect);
    }
  }
}
