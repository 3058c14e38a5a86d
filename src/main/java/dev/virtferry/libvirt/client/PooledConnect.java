package dev.virtferry.libvirt.client;

import com.sun.jna.Pointer;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.libvirt.Connect;
import org.libvirt.ConnectAuth;
import org.libvirt.LibvirtException;
import org.libvirt.jna.virConnectCredential;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection that lends its pointer to {@link LibvirtCalls}. */
final class PooledConnect extends Connect {

  private static final Logger log = LoggerFactory.getLogger(PooledConnect.class);

  /** A dead peer is noticed after this many seconds without an answer, asked so many times. */
  private static final int KEEPALIVE_SECONDS = 5;

  private static final int KEEPALIVE_COUNT = 5;

  /** How many are open to each host, by its name; of the whole process, as the library is. */
  private static final Map<String, AtomicInteger> OPEN = new ConcurrentHashMap<>();

  /** As long as libvirt's keepalive leaves a peer that is open and silent. */
  private static final Duration PATIENCE_TO_OPEN =
      Duration.ofSeconds(KEEPALIVE_SECONDS * (KEEPALIVE_COUNT + 1));

  private static final Map<HostAddress, Openings<PooledConnect>> OPENINGS =
      new ConcurrentHashMap<>();

  private final AtomicInteger open;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean broken;

  private PooledConnect(HostAddress host) throws LibvirtException {
    super(host.uri(), NobodyToAsk.INSTANCE, 0);
    open = counted(host);
    open.incrementAndGet();
  }

  private static AtomicInteger counted(HostAddress host) {
    return OPEN.computeIfAbsent(host.name(), _ -> new AtomicInteger());
  }

  /** How many connections to the host are open. */
  static int openTo(HostAddress host) {
    return counted(host).get();
  }

  /**
   * Opens it.
   *
   * @throws HostUnreachable when the host can't be reached, does not let us in in time, or it and
   *     we do not trust one another
   */
  static PooledConnect to(HostAddress host) {
    return OPENINGS.computeIfAbsent(host, PooledConnect::openings).next();
  }

  private static Openings<PooledConnect> openings(HostAddress host) {
    return new Openings<>(
        host.name(), () -> opened(host), LibvirtConnections::close, PATIENCE_TO_OPEN);
  }

  private static PooledConnect opened(HostAddress host) {
    try {
      var opened = new PooledConnect(host);
      opened.setKeepAlive(KEEPALIVE_SECONDS, KEEPALIVE_COUNT);
      return opened;
    } catch (LibvirtException e) {
      throw HostUnreachable.because(host.name(), LibvirtErrors.of(e));
    }
  }

  /**
   * Whether the peer is believed to be there ({@code virConnectIsAlive}); asks nobody. Behind
   * virtproxyd libvirt believes so even when the daemon that answers is another one by now.
   */
  boolean alive() {
    try {
      return !broken && isAlive();
    } catch (LibvirtException e) {
      log.debug("virConnectIsAlive failed; the connection is taken for dead", e);
      return false;
    }
  }

  /** It was seen to carry no answers any more. */
  void broke() {
    broken = true;
  }

  /** libvirt-java's finalizer comes here too, also for one that never opened and has no fields. */
  @Override
  public int close() throws LibvirtException {
    if (closed != null && closed.compareAndSet(false, true)) {
      open.decrementAndGet();
    }
    return super.close();
  }

  Pointer pointer() {
    return vcp.getPointer();
  }

  /**
   * Says which credentials libvirt may look for in its auth file, without which it does not even
   * read it. What it does not find there nobody else knows.
   */
  static final class NobodyToAsk extends ConnectAuth {

    /** JNA holds callbacks weakly. */
    static final NobodyToAsk INSTANCE = new NobodyToAsk();

    private NobodyToAsk() {
      credType =
          new CredentialType[] {
            CredentialType.VIR_CRED_AUTHNAME, CredentialType.VIR_CRED_PASSPHRASE
          };
    }

    /**
     * {@code virConnectAuthCallbackPtr}, past libvirt-java: its own hands over answers that libvirt
     * frees, and JNA then once more, which sooner or later crashes the process.
     */
    @Override
    public int authCallback(virConnectCredential wanted, int count, Pointer data) {
      return -1;
    }

    @Override
    public int callback(Credential[] wanted) {
      throw new UnsupportedOperationException("Nothing is asked for past authCallback");
    }
  }
}
