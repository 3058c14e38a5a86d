package dev.virtferry.libvirt;

import org.jspecify.annotations.Nullable;

/**
 * libvirt's numbers of errors ({@code virErrorNumber}) that decide something here, by libvirt's own
 * names without {@code VIR_ERR_}. Every other number stays a number.
 */
public enum ErrorNumber {
  /** A fault that has no number of its own. */
  INTERNAL_ERROR(1),
  /** An argument that a driver does not take. */
  INVALID_ARG(8),
  /** A command that was carried out, and failed. */
  OPERATION_FAILED(9),
  /** A description that can't be read. */
  XML_ERROR(27),
  /** A call to the operating system that failed. */
  SYSTEM_ERROR(38),
  /** A message that can't be sent or read. */
  RPC(39),
  /** TLS between two ends that did not come about. */
  GNUTLS_ERROR(40),
  /** The host has no such domain. */
  NO_DOMAIN(42),
  /** The host has no such network. */
  NO_NETWORK(43),
  /** A user or password that was not accepted. */
  AUTH_FAILED(45),
  /** The host has no such pool. */
  NO_STORAGE_POOL(49),
  /** The pool has no such volume. */
  NO_STORAGE_VOL(50),
  /** What the state of the domain does not allow, such as to ask a stopped one for its job. */
  OPERATION_INVALID(55),
  /** The host has no such secret. */
  NO_SECRET(66),
  /** A definition that the host can't carry out. */
  CONFIG_UNSUPPORTED(67),
  /** libvirt's own word for a domain that is busy too long. */
  OPERATION_TIMEOUT(68),
  /** The domain has no such snapshot. */
  NO_DOMAIN_SNAPSHOT(72),
  /** A typed parameter or flag that the driver does not know. */
  ARGUMENT_UNSUPPORTED(74),
  /** Somebody asked for the end of the job. */
  OPERATION_ABORTED(78),
  /** Nobody answered what the other end asked for. */
  AUTH_CANCELLED(79),
  /** A disk that may not be seen by both hosts, and is not copied. */
  MIGRATE_UNSAFE(81),
  /** What the driver can't do. */
  OPERATION_UNSUPPORTED(84),
  /** A CPU that the host can't show a guest. */
  CPU_INCOMPATIBLE(91),
  /** No way to show who we are. */
  AUTH_UNAVAILABLE(94);

  private final int code;

  ErrorNumber(int code) {
    this.code = code;
  }

  /** Null for a number that decides nothing here. */
  static @Nullable ErrorNumber of(int code) {
    for (ErrorNumber number : values()) {
      if (number.code == code) {
        return number;
      }
    }
    return null;
  }

  /** The number itself. */
  int code() {
    return code;
  }
}
