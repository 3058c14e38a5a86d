package dev.virtferry.libvirt;

/** A host did not tell what it was asked, or not in time. Nothing is known of that. */
public final class HostUnreachable extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What keeps us from it. */
  public enum Reason {
    /** It is silent, too busy, or not there. */
    NO_ANSWER,
    /** It answers, and its daemon keeps what was asked for locked, as for storage that hangs. */
    LOCKED,
    /**
     * It answers, and was not asked for a domain that no list had: it may be one that is locked.
     */
    UNLISTED,
    /** It answers, and was not asked: calls that hang have all places. */
    CROWDED,
    /** It does not trust us, or we do not trust it: a certificate, a user or a password. */
    NO_TRUST
  }

  private final String host;
  private final Reason reason;

  public HostUnreachable(String host, String why) {
    this(host, Reason.NO_ANSWER, why);
  }

  private HostUnreachable(String host, Reason reason, String why) {
    super(words(reason).formatted(host, why));
    this.host = host;
    this.reason = reason;
  }

  private static String words(Reason reason) {
    return switch (reason) {
      case NO_ANSWER, NO_TRUST -> "Host %s is unreachable: %s";
      case LOCKED, UNLISTED, CROWDED -> "Host %s answers, and %s";
    };
  }

  /** For a daemon that answers other calls. */
  public static HostUnreachable locked(String host, String why) {
    return new HostUnreachable(host, Reason.LOCKED, why);
  }

  /** For one that lists no domains now, as it keeps one locked. */
  public static HostUnreachable unlisted(String host, String domain) {
    return new HostUnreachable(
        host,
        Reason.UNLISTED,
        "its daemon does not list its domains, and may keep one locked: whether that is %s is not known"
            .formatted(domain));
  }

  /** For a call that was not made. */
  public static HostUnreachable crowded(String host, String why) {
    return new HostUnreachable(host, Reason.CROWDED, why);
  }

  /** For what libvirt said when a connection was opened. Only its numbers tell the reason. */
  public static HostUnreachable because(String host, LibvirtFailure failure) {
    return failure.aboutTrust()
        ? new HostUnreachable(
            host,
            Reason.NO_TRUST,
            "it and virt-ferry do not trust one another (docs/tls.md): " + failure.message())
        : new HostUnreachable(host, failure.message() + remedy(failure));
  }

  /** Helps a person, and decides nothing. */
  private static String remedy(LibvirtFailure failure) {
    if (failure.is(ErrorNumber.INTERNAL_ERROR) && failure.isFrom(ErrorDomain.NONE)) {
      return "; libvirt 9.0 says so when the authfile of the host's uri is not there";
    }
    return failure.message().contains("TLS confirmation")
        ? "; it may have turned our certificate down, which its own log tells (docs/tls.md)"
        : "";
  }

  /** The host's name in the inventory. */
  public String host() {
    return host;
  }

  public Reason reason() {
    return reason;
  }
}
