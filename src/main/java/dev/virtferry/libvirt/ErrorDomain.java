package dev.virtferry.libvirt;

/**
 * The parts of libvirt that an error comes from ({@code virErrorDomain}) and that decide something
 * here, by libvirt's own names without {@code VIR_FROM_}.
 */
public enum ErrorDomain {
  /** No part says that it was its own. */
  NONE(0),
  /** The messages between a client and a daemon. */
  RPC(7),
  /** The driver of QEMU. */
  QEMU(10),
  /** The driver that speaks to another host. */
  REMOTE(13),
  /** Pools and volumes. */
  STORAGE(18),
  /** Networks. */
  NETWORK(19),
  /** What all drivers share about domains. */
  DOMAIN(20),
  /** What a CPU can do. */
  CPU(31);

  private final int code;

  ErrorDomain(int code) {
    this.code = code;
  }

  /** The number itself. */
  int code() {
    return code;
  }
}
