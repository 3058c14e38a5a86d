package dev.virtferry.libvirt;

import com.sun.jna.Pointer;
import org.libvirt.Connect;
import org.libvirt.ConnectAuth;
import org.libvirt.LibvirtException;
import org.libvirt.jna.virConnectCredential;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection that lends its pointer to {@link LibvirtCalls}. */
final class LentConnect extends Connect {

  private static final Logger log = LoggerFactory.getLogger(LentConnect.class);

  /** A dead peer is noticed after this many seconds without an answer, asked so many times. */
  private static final int KEEPALIVE_SECONDS = 5;

  private static final int KEEPALIVE_COUNT = 5;

  private LentConnect(String uri) throws LibvirtException {
    super(uri, NobodyToAsk.INSTANCE, 0);
  }

  /**
   * Opens it.
   *
   * @throws HostUnreachable when the host can't be reached, or it and we do not trust one another
   */
  static LentConnect to(HostAddress host) {
    try {
      var opened = new LentConnect(host.uri());
      opened.setKeepAlive(KEEPALIVE_SECONDS, KEEPALIVE_COUNT);
      return opened;
    } catch (LibvirtException e) {
      throw HostUnreachable.because(host.name(), Failures.of(e));
    }
  }

  /** Whether libvirt believes that the peer is there ({@code virConnectIsAlive}); asks nobody. */
  boolean alive() {
    try {
      return isAlive();
    } catch (LibvirtException e) {
      log.debug("virConnectIsAlive failed; the connection is taken for dead", e);
      return false;
    }
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
