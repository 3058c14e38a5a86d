package dev.virtferry.libvirt;

import java.util.Set;

/**
 * What libvirt said when a call failed. {@code code} is a {@code virErrorNumber}, {@code domain} a
 * {@code virErrorDomain}. The words are libvirt's own and never decide anything.
 */
public final class LibvirtFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** {@code VIR_ERR_NO_DOMAIN}. */
  static final int NO_DOMAIN = 42;

  /** {@code VIR_ERR_NO_DOMAIN_SNAPSHOT}. */
  static final int NO_SNAPSHOT = 72;

  /**
   * {@code VIR_ERR_GNUTLS_ERROR}, {@code VIR_ERR_AUTH_FAILED}, {@code VIR_ERR_AUTH_CANCELLED} and
   * {@code VIR_ERR_AUTH_UNAVAILABLE}.
   */
  private static final Set<Integer> ABOUT_TRUST = Set.of(40, 45, 79, 94);

  /** {@code VIR_FROM_RPC} and {@code VIR_FROM_REMOTE}. */
  private static final Set<Integer> ABOUT_THE_CONNECTION = Set.of(7, 13);

  /** {@code VIR_ERR_OPERATION_TIMEOUT}: libvirt's own word for a domain that is busy too long. */
  private static final int OPERATION_TIMEOUT = 68;

  /** {@code VIR_FROM_QEMU}. */
  private static final int FROM_QEMU = 10;

  /** {@code VIR_FROM_STORAGE}. */
  static final int FROM_STORAGE = 18;

  private final int code;
  private final int domain;
  private final boolean ofOthers;

  public LibvirtFailure(int code, int domain, String message) {
    this(code, domain, message, false);
  }

  private LibvirtFailure(int code, int domain, String message, boolean ofOthers) {
    super(message);
    this.code = code;
    this.domain = domain;
    this.ofOthers = ofOthers;
  }

  /** The same, said when every domain of a host was asked. */
  public LibvirtFailure ofOthers() {
    LibvirtFailure same = new LibvirtFailure(code, domain, message(), true);
    same.initCause(this);
    return same;
  }

  /** Whether its words may name what is somebody else's: a domain, a snapshot, a pool, a volume. */
  public boolean mayNameOthers() {
    return ofOthers || domain == FROM_STORAGE;
  }

  /** For what was asked of a guest's QEMU on a host that answers. */
  static LibvirtFailure ofSilentGuest() {
    return new LibvirtFailure(
        OPERATION_TIMEOUT,
        FROM_QEMU,
        "The domain's QEMU does not answer, and its host does; see there why it hangs");
  }

  /** For what would be asked of a guest's QEMU, had not others taken all that may hang. */
  static LibvirtFailure ofSilentGuests(String host) {
    return new LibvirtFailure(
        OPERATION_TIMEOUT,
        FROM_QEMU,
        "The domain was not asked: too many others of %s do not answer; see there why they hang"
            .formatted(host));
  }

  /** The same of storage. */
  static LibvirtFailure ofSilentPools(String host) {
    return new LibvirtFailure(
        OPERATION_TIMEOUT,
        FROM_STORAGE,
        "The pool was not asked: too many others of %s do not answer; see there what they wait for"
            .formatted(host));
  }

  /** For what was asked of storage on a host that answers; an empty name is any pool's. */
  static LibvirtFailure ofSilentPool(String pool, String host) {
    String who = pool.isEmpty() ? "A pool of %s" : "Pool " + pool + " of %s";
    return new LibvirtFailure(
        OPERATION_TIMEOUT,
        FROM_STORAGE,
        (who + " does not answer, and its host does; see there what its storage waits for")
            .formatted(host));
  }

  public int code() {
    return code;
  }

  /** Whether a guest's QEMU kept the caller, or libvirt, waiting for too long. */
  boolean aboutSilentGuest() {
    return code == OPERATION_TIMEOUT && domain == FROM_QEMU;
  }

  /** Whether a pool kept the caller waiting for too long. */
  public boolean aboutSilentPool() {
    return code == OPERATION_TIMEOUT && domain == FROM_STORAGE;
  }

  /** Whether the two ends of a connection did not accept one another. */
  boolean aboutTrust() {
    return ABOUT_TRUST.contains(code);
  }

  /**
   * Whether a connection broke: ours to the host, or that between two hosts. It tells nothing of
   * what was asked for.
   */
  public boolean aboutTheConnection() {
    return ABOUT_THE_CONNECTION.contains(domain);
  }

  public int domain() {
    return domain;
  }

  public String message() {
    return String.valueOf(getMessage());
  }
}
