package dev.virtferry.libvirt;

/**
 * What libvirt said when a call failed. {@code code} is a {@code virErrorNumber}, {@code domain} a
 * {@code virErrorDomain}. The words are libvirt's own and never decide anything.
 */
public final class LibvirtFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** {@code VIR_ERR_NO_DOMAIN}. */
  static final int NO_DOMAIN = 42;

  private final int code;
  private final int domain;

  public LibvirtFailure(int code, int domain, String message) {
    super(message);
    this.code = code;
    this.domain = domain;
  }

  public int code() {
    return code;
  }

  public int domain() {
    return domain;
  }

  public String message() {
    return String.valueOf(getMessage());
  }
}
