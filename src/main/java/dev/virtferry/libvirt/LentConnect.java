package dev.virtferry.libvirt;

import com.sun.jna.Pointer;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;

/** A connection that lends its pointer to {@link LibvirtCalls}. */
final class LentConnect extends Connect {

  /** A dead peer is noticed after this many seconds without an answer, asked so many times. */
  private static final int KEEPALIVE_SECONDS = 5;

  private static final int KEEPALIVE_COUNT = 5;

  LentConnect(String uri) throws LibvirtException {
    super(uri);
    setKeepAlive(KEEPALIVE_SECONDS, KEEPALIVE_COUNT);
  }

  Pointer pointer() {
    return vcp.getPointer();
  }
}
