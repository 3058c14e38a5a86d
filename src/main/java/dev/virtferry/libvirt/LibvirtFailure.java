package dev.virtferry.libvirt;

import static dev.virtferry.libvirt.ErrorNumber.AUTH_CANCELLED;
import static dev.virtferry.libvirt.ErrorNumber.AUTH_FAILED;
import static dev.virtferry.libvirt.ErrorNumber.AUTH_UNAVAILABLE;
import static dev.virtferry.libvirt.ErrorNumber.GNUTLS_ERROR;
import static dev.virtferry.libvirt.ErrorNumber.OPERATION_TIMEOUT;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What libvirt said when a call failed. {@code code} is a {@code virErrorNumber}, {@code domain} a
 * {@code virErrorDomain}. The words are libvirt's own and never decide anything.
 */
public final class LibvirtFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private static final Set<ErrorNumber> ABOUT_TRUST =
      Set.of(GNUTLS_ERROR, AUTH_FAILED, AUTH_CANCELLED, AUTH_UNAVAILABLE);

  private final int code;
  private final int domain;
  private final boolean ofOthers;

  public LibvirtFailure(int code, int domain, String message) {
    this(code, domain, message, false);
  }

  /** For what is found here and has a number of libvirt's. */
  public LibvirtFailure(ErrorNumber number, ErrorDomain domain, String message) {
    this(number.code(), domain.code(), message);
  }

  private LibvirtFailure(int code, int domain, String message, boolean ofOthers) {
    super(message);
    this.code = code;
    this.domain = domain;
    this.ofOthers = ofOthers;
  }

  /** For what libvirt has no number for. */
  public static LibvirtFailure withoutNumber(String message) {
    return new LibvirtFailure(0, 0, message);
  }

  /** The same, said when every domain of a host was asked. */
  public LibvirtFailure ofOthers() {
    LibvirtFailure same = new LibvirtFailure(code, domain, message(), true);
    same.initCause(this);
    return same;
  }

  /** Whether its words may tell of others, or name theirs: a domain, a snapshot, a pool. */
  public boolean mayNameOthers() {
    return ofOthers || isFrom(ErrorDomain.STORAGE);
  }

  /** For what was asked of a guest's QEMU on a host that answers. */
  public static LibvirtFailure ofSilentGuest() {
    return new LibvirtFailure(
        OPERATION_TIMEOUT,
        ErrorDomain.QEMU,
        "The domain's QEMU does not answer, and its host does; see there why it hangs");
  }

  /** For what would be asked of a guest's QEMU, had not others taken all that may hang. */
  public static LibvirtFailure ofSilentGuests(String host) {
    return new LibvirtFailure(
        OPERATION_TIMEOUT.code(),
        ErrorDomain.QEMU.code(),
        "The domain was not asked: too many others of %s do not answer; see there why they hang"
            .formatted(host),
        true);
  }

  /** The same of storage. */
  public static LibvirtFailure ofSilentPools(String host) {
    return new LibvirtFailure(
        OPERATION_TIMEOUT,
        ErrorDomain.STORAGE,
        "The pool was not asked: too many others of %s do not answer; see there what they wait for"
            .formatted(host));
  }

  /** For what was asked of storage on a host that answers; an empty name is any pool's. */
  public static LibvirtFailure ofSilentPool(String pool, String host) {
    String who = pool.isEmpty() ? "A pool of %s" : "Pool " + pool + " of %s";
    return new LibvirtFailure(
        OPERATION_TIMEOUT,
        ErrorDomain.STORAGE,
        (who + " does not answer, and its host does; see there what its storage waits for")
            .formatted(host));
  }

  public int code() {
    return code;
  }

  /** The name of its code; null for one that decides nothing here. */
  public @Nullable ErrorNumber number() {
    return ErrorNumber.of(code);
  }

  public boolean is(ErrorNumber number) {
    return code == number.code();
  }

  public boolean isFrom(ErrorDomain part) {
    return domain == part.code();
  }

  /** Whether a guest's QEMU kept the caller, or libvirt, waiting for too long. */
  public boolean aboutSilentGuest() {
    return is(OPERATION_TIMEOUT) && isFrom(ErrorDomain.QEMU);
  }

  /** Whether a pool kept the caller waiting for too long. */
  public boolean aboutSilentPool() {
    return is(OPERATION_TIMEOUT) && isFrom(ErrorDomain.STORAGE);
  }

  /** Whether the two ends of a connection did not accept one another. */
  boolean aboutTrust() {
    return ABOUT_TRUST.stream().anyMatch(this::is);
  }

  /**
   * Whether a connection broke: ours to the host, or that between two hosts. It tells nothing of
   * what was asked for.
   */
  public boolean aboutTheConnection() {
    return isFrom(ErrorDomain.RPC) || isFrom(ErrorDomain.REMOTE);
  }

  /**
   * Whether the connection that carried the call is good for nothing any more. A message that can't
   * be sent or read has a number of its own, and tells only of that message.
   */
  public boolean brokeTheConnection() {
    return isFrom(ErrorDomain.RPC) && !is(ErrorNumber.RPC);
  }

  public int domain() {
    return domain;
  }

  public String message() {
    return String.valueOf(getMessage());
  }
}
