package dev.virtferry.libvirt;

import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection that is closed when it is retired and the last call on it has returned. */
final class SharedConnection {

  private static final Logger log = LoggerFactory.getLogger(SharedConnection.class);

  private final LentConnect connect;
  private int users;
  private boolean retired;

  SharedConnection(LentConnect connect) {
    this.connect = connect;
  }

  LentConnect connect() {
    return connect;
  }

  /** Takes part in the connection; false when it is already retired. */
  synchronized boolean acquire() {
    if (retired) {
      return false;
    }
    users++;
    return true;
  }

  synchronized void release() {
    users--;
    closeWhenIdle();
  }

  synchronized void retire() {
    if (!retired) {
      retired = true;
      closeWhenIdle();
    }
  }

  /** Whether libvirt believes that the peer is there ({@code virConnectIsAlive}); asks nobody. */
  boolean alive() {
    try {
      return connect.isAlive();
    } catch (LibvirtException e) {
      log.debug("virConnectIsAlive failed; the connection is taken for dead", e);
      return false;
    }
  }

  private void closeWhenIdle() {
    if (!retired || users > 0) {
      return;
    }
    try {
      connect.close();
    } catch (LibvirtException e) {
      log.debug("A retired connection did not close cleanly", e);
    }
  }
}
