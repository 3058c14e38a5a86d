package dev.virtferry.migration;

import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.ErrorDomain;
import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.migration.Failure.LibvirtWords;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names the problem behind what hosts and libvirt said: of a request, before the call, and of a
 * migration whose domain stayed where it was.
 */
public final class FailureClassifier {

  private static final String CRASHED =
      "It, or its QEMU, crashed or was killed; the log of its QEMU may tell.";

  private static final String SHUT_DOWN =
      "It was shut down, or powered itself off. Start it there, from its own disks, and migrate it again.";

  private static final Map<DomainState, String> WHY_IT_STOPPED =
      Map.of(
          DomainState.SHUTOFF_SHUTDOWN, SHUT_DOWN,
          DomainState.SHUTDOWN_USER, SHUT_DOWN,
          DomainState.SHUTDOWN_UNKNOWN, SHUT_DOWN,
          DomainState.SHUTOFF_DESTROYED,
              "The guest was destroyed at the source during the copy. Start it there, from its own"
                  + " disks, and migrate it again.",
          DomainState.SHUTOFF_CRASHED, CRASHED,
          DomainState.CRASHED_UNKNOWN, CRASHED,
          DomainState.CRASHED_PANICKED, CRASHED,
          DomainState.SHUTOFF_SAVED,
              "Somebody saved it to a file; its next start goes on from there.",
          DomainState.SHUTOFF_UNKNOWN,
              "Its host went down and came back without it, or libvirt there did; start it there.",
          DomainState.ABSENT,
              "It was transient: once it is destroyed, shut down or crashed, only its disks are left"
                  + " there. Start it there, from these, and migrate it again.");

  private FailureClassifier() {}

  /**
   * The problem of a request that a host did not answer. libvirt's words about a connection are not
   * in it: they would tell about the network.
   */
  public static Problem duringARequest(HostUnreachable unreachable) {
    return Problem.of(
        ProblemType.HOST_UNREACHABLE,
        "Host %s did not answer; nothing was started. Try again in a moment."
            .formatted(unreachable.host()));
  }

  /** The problem of a request that libvirt refused. */
  public static Problem duringARequest(LibvirtFailure failure) {
    return Problem.of(
        ProblemType.LIBVIRT_ERROR, "libvirt answered: %s.".formatted(failure.message()));
  }

  /** Whether the error is libvirt's answer to an abort. */
  public static boolean aborted(@Nullable Throwable error) {
    return error instanceof LibvirtFailure failure && failure.is(ErrorNumber.OPERATION_ABORTED);
  }

  /**
   * The failure for what the native call threw.
   *
   * @param error null when the call returned normally, or when nobody was there to hear it
   * @param source what the source shows now
   */
  public static Failure failure(@Nullable Throwable error, DomainState source) {
    return source.canRun() ? whileItRuns(error) : stopped(error, source);
  }

  /**
   * The same before a byte was copied. An internal error of QEMU's driver is all that libvirt says
   * of an image that it neither finds nor can make, as of a block device.
   *
   * @param unseen the images at the destination that no pool lets virt-ferry look at, by path
   */
  public static Failure beforeTheFirstByte(
      @Nullable Throwable error, DomainState source, List<String> unseen) {
    if (error instanceof LibvirtFailure failure
        && failure.is(ErrorNumber.INTERNAL_ERROR)
        && failure.isFrom(ErrorDomain.QEMU)
        && source.canRun()
        && !unseen.isEmpty()) {
      String detail =
          "libvirt gave up before a byte was copied: %s. No pool of the destination lets virt-ferry look"
                  .formatted(failure.message())
              + " at %s: it has to be there, with the same size. The domain is still at the source."
                  .formatted(String.join(", ", unseen));
      return new Failure(
          Problem.of(ProblemType.DESTINATION_STORAGE, detail), LibvirtWords.of(failure));
    }
    return failure(error, source);
  }

  /** Both hosts may have run the guest, and a person left it at the source. */
  public static Failure afterAFork(@Nullable Throwable error) {
    return new Failure(
        Problem.of(
            ProblemType.LIBVIRT_ERROR,
            "The source has the guest, and the destination may have run it as well for a while; so its"
                + " images there are left as they are."),
        error instanceof LibvirtFailure failure ? LibvirtWords.of(failure) : null);
  }

  /** Whatever the call said: that the guest does not run any more is what went wrong. */
  private static Failure stopped(@Nullable Throwable error, DomainState source) {
    String detail =
        "The guest stopped at the source while it was migrated, and runs on neither host: %s. %s"
            .formatted(source.words(), whyItStopped(source));
    return new Failure(
        Problem.of(ProblemType.DOMAIN_NOT_RUNNING, detail),
        error instanceof LibvirtFailure failure ? LibvirtWords.of(failure) : null);
  }

  private static String whyItStopped(DomainState source) {
    return WHY_IT_STOPPED.getOrDefault(source, "libvirt's log at the source may tell why.");
  }

  private static Failure whileItRuns(@Nullable Throwable error) {
    return switch (error) {
      case LibvirtFailure failure ->
          new Failure(
              Problem.of(
                  type(failure),
                  "libvirt ended the migration: %s. The domain is still at the source.%s"
                      .formatted(failure.message(), remedy(failure))),
              LibvirtWords.of(failure));
      case HostUnreachable unreachable ->
          new Failure(
              Problem.of(ProblemType.HOST_UNREACHABLE, String.valueOf(unreachable.getMessage())),
              null);
      case null ->
          new Failure(
              Problem.of(
                  ProblemType.LIBVIRT_ERROR,
                  "The domain is still at the source and no job runs: virt-ferry ended before it called"
                      + " libvirt, or libvirt gave up, of which it keeps no record; its log on both"
                      + " hosts may tell."),
              null);
      default ->
          new Failure(
              Problem.of(
                  ProblemType.INTERNAL_ERROR,
                  "The call to libvirt could not be made; virt-ferry's log tells more."),
              null);
    };
  }

  /** The failure for what a host answered while the migration was prepared. */
  public static Failure beforeTheCall(RuntimeException error) {
    if (error instanceof LibvirtFailure failure) {
      ProblemType type =
          failure.mayNameOthers() ? ProblemType.DESTINATION_STORAGE : ProblemType.LIBVIRT_ERROR;
      String detail =
          "libvirt refused before the migration began: %s. Nothing was copied."
              .formatted(failure.message());
      return new Failure(Problem.of(type, detail), LibvirtWords.of(failure));
    }
    return new Failure(
        Problem.of(ProblemType.HOST_UNREACHABLE, error.getMessage() + ". Nothing was copied."),
        null);
  }

  /**
   * Only libvirt's numbers decide; its words may change with any version. NO_DOMAIN is said of a
   * destination whose domain somebody ended, and has no name of its own here.
   */
  private static ProblemType type(LibvirtFailure failure) {
    return switch (failure.number()) {
      case INVALID_ARG ->
          failure.isFrom(ErrorDomain.QEMU) ? ProblemType.DISK_NOT_FOUND : ProblemType.SAME_HOST;
      case OPERATION_FAILED ->
          failure.isFrom(ErrorDomain.DOMAIN)
              ? ProblemType.DESTINATION_CONFLICT
              : ProblemType.LIBVIRT_ERROR;
      case SYSTEM_ERROR, NO_STORAGE_POOL ->
          failure.isFrom(ErrorDomain.STORAGE)
              ? ProblemType.DESTINATION_STORAGE
              : ProblemType.LIBVIRT_ERROR;
      case OPERATION_INVALID ->
          failure.isFrom(ErrorDomain.QEMU)
              ? ProblemType.MIGRATION_IN_PROGRESS
              : ProblemType.DESTINATION_CONFLICT;
      case ARGUMENT_UNSUPPORTED -> ProblemType.OPTION_NOT_SUPPORTED;
      case MIGRATE_UNSAFE -> ProblemType.DISK_LEFT_BEHIND;
      case OPERATION_UNSUPPORTED -> ProblemType.DISK_NOT_COPYABLE;
      case AUTH_FAILED, AUTH_CANCELLED, AUTH_UNAVAILABLE, RPC, GNUTLS_ERROR ->
          ProblemType.LIBVIRT_ERROR;
      case NO_DOMAIN, NO_DOMAIN_SNAPSHOT, NO_STORAGE_VOL, XML_ERROR -> ProblemType.LIBVIRT_ERROR;
      case INTERNAL_ERROR, OPERATION_TIMEOUT, OPERATION_ABORTED -> ProblemType.LIBVIRT_ERROR;
      case null -> ProblemType.LIBVIRT_ERROR;
    };
  }

  /** Only words: they help a person, and decide nothing. */
  private static String remedy(LibvirtFailure failure) {
    return failure.message().contains("node-name='migration-")
        ? " A daemon that died in an earlier migration left this node in the guest's QEMU; remove it"
            + " there (docs/problems.md, libvirt-error)."
        : "";
  }
}
