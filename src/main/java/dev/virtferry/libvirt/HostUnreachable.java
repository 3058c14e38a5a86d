package dev.virtferry.libvirt;

/** A host did not answer, or not in time. Nothing is known about its domains. */
public final class HostUnreachable extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String host;

  public HostUnreachable(String host, String why) {
    super("Host %s is unreachable: %s".formatted(host, why));
    this.host = host;
  }

  /** The host's name in the inventory. */
  public String host() {
    return host;
  }
}
