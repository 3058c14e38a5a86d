package dev.virtferry.libvirt;

import com.sun.jna.Pointer;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection that lends its pointer to {@link LibvirtCalls}. */
final class LentConnect extends Connect {

  private static final Logger log = LoggerFactory.getLogger(LentConnect.class);

  /** A dead peer is noticed after this many seconds without an answer, asked so many times. */
  private static final int KEEPALIVE_SECONDS = 5;

  private static final int KEEPALIVE_COUNT = 5;

  LentConnect(String uri) throws LibvirtException {
    super(uri);
    setKeepAlive(KEEPALIVE_SECONDS, KEEPALIVE_COUNT);
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
}
