package dev.virtferry.problem;

import java.util.Locale;

/** The kinds of problem that a caller can meet. Names and statuses are part of the contract. */
public enum ProblemType {
  INVALID_REQUEST(400, "The request can't be understood"),
  UNAUTHORIZED(401, "The call came without a valid token"),
  FORBIDDEN(403, "The caller may not do that"),
  MIGRATION_NOT_FOUND(404, "There is no such migration"),
  NOT_FOUND(404, "There is nothing at this address"),
  METHOD_NOT_ALLOWED(405, "This address does not know that method"),
  NOT_ACCEPTABLE(406, "No such representation is offered"),
  PAYLOAD_TOO_LARGE(413, "The request body is too large"),
  UNSUPPORTED_MEDIA_TYPE(415, "The body is not of a type that is understood here"),
  DOMAIN_AMBIGUOUS(409, "Several hosts run a domain of that name"),
  MIGRATION_IN_PROGRESS(409, "The domain is already being migrated"),
  MIGRATION_OVER(409, "The migration is over, or past that point"),
  MIGRATION_NOT_RESUMABLE(409, "The migration has no post-copy to go on with"),
  MIGRATION_NOT_RESOLVABLE(409, "The migration needs no decision"),
  RESOLVED_BY_HAND(409, "An operator ended the migration"),
  MIGRATION_NOT_CANCELLABLE(409, "The migration can't be cancelled any more"),
  PRECONDITION_FAILED(412, "The migration is not as the client knows it"),
  RATE_LIMITED(429, "The caller asks for too much at a time"),
  DOMAIN_NOT_FOUND(422, "No host has such a domain"),
  DOMAIN_NOT_RUNNING(422, "The domain does not run"),
  DOMAIN_NOT_MIGRATABLE(422, "The domain can't be migrated as it is"),
  DISK_NOT_FOUND(422, "The domain has no such disk"),
  DISK_NOT_COPYABLE(422, "The disk can't be copied"),
  DISK_LEFT_BEHIND(422, "A local disk would be left behind"),
  DESTINATION_NOT_ALLOWED(422, "That destination is not allowed"),
  CALLBACK_NOT_ALLOWED(422, "That callback is not allowed"),
  SAME_HOST(422, "The domain already runs on that host"),
  DESTINATION_CONFLICT(422, "The destination already has the domain, or a file of it"),
  DESTINATION_STORAGE(422, "The destination's storage can't take the disk"),
  OPTION_NOT_SUPPORTED(422, "An option is not supported by these hosts"),
  IDEMPOTENCY_CONFLICT(422, "The key was used for another request"),
  HOST_NOT_FOUND(422, "The inventory has no such host"),
  INTERNAL_ERROR(500, "Something went wrong in virt-ferry"),
  LIBVIRT_ERROR(502, "libvirt reported an error"),
  DATABASE_UNREACHABLE(503, "The database can't be reached"),
  IDENTITY_PROVIDER_UNREACHABLE(503, "The identity provider can't be reached"),
  TOO_MANY_STREAMS(503, "Too many clients wait on this replica"),
  HOST_UNREACHABLE(503, "A host can't be reached"),
  TIME_LIMIT(504, "The migration took too long");

  /** The attribute of a request that has the type of the problem it is answered with. */
  public static final String ANSWERED = ProblemType.class.getName() + ".answered";

  private static final String PREFIX = "urn:virt-ferry:problem:";

  private final int status;
  private final String title;

  ProblemType(int status, String title) {
    this.status = status;
    this.title = title;
  }

  /** The stable name, such as {@code disk-not-found}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The {@code type} of the problem document. */
  public String uri() {
    return PREFIX + label();
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  public String title() {
    return title;
  }
}
