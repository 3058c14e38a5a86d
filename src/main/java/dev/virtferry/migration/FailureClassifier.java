package dev.virtferry.migration;

import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.ErrorDomain;
import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.Need;
import dev.virtferry.migration.Failure.LibvirtWords;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names the problem behind what hosts and libvirt said. Only an error of the migrate call is told
 * apart by its number; before the call every error of libvirt is {@code libvirt-error}, or {@code
 * destination-storage} where storage says it.
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
   * What the hosts showed when a migration had ended; it is read before an error's number is.
   *
   * @param source what the source shows now
   * @param othersMigrate whether a job ran at the source after our call had ended
   * @param targets the targets of the disks that were to be copied
   * @param needs what the guest's definition has of its host besides
   */
  public record Evidence(
      DomainState source, boolean othersMigrate, List<String> targets, List<Need> needs) {

    public Evidence {
      targets = List.copyOf(targets);
      needs = List.copyOf(needs);
    }

    /** What libvirt failed over. */
    private Optional<Need> culprit(LibvirtFailure failure) {
      return Culprit.in(failure, needs);
    }

    /** libvirt quotes names as they are; what is part of a longer word is another name. */
    private boolean names(LibvirtFailure failure) {
      return targets.stream()
          .map(target -> Pattern.compile("\\b%s\\b".formatted(Pattern.quote(target))))
          .anyMatch(target -> target.matcher(failure.message()).find());
    }
  }

  /**
   * The problem of a request that a host did not answer. libvirt's words about a connection are not
   * in it: they would tell about the network.
   */
  public static Problem duringARequest(HostUnreachable unreachable) {
    return Problem.of(
        ProblemType.HOST_UNREACHABLE, silence(unreachable.reason()).formatted(unreachable.host()));
  }

  private static String silence(HostUnreachable.Reason reason) {
    return switch (reason) {
      case NO_ANSWER, NO_TRUST ->
          "Host %s did not answer; nothing was started. Try again in a moment.";
      case LOCKED, UNLISTED ->
          "Host %s answers, and does not tell of its domains now; nothing was started. Its operator"
              + " finds what its libvirtd waits for.";
      case CROWDED ->
          "Host %s answers, and the domain's QEMU could not be asked in time; nothing was started."
              + " Its operator finds which guests do not answer.";
    };
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
   */
  public static Failure failure(@Nullable Throwable error, Evidence evidence) {
    return evidence.source().canRun()
        ? whileItRuns(error, evidence)
        : stopped(error, evidence.source());
  }

  /**
   * The same before a byte was copied. An internal error of QEMU's driver is all that libvirt says
   * of an image that it neither finds nor can make, as of a block device.
   *
   * @param unseen the images at the destination that no pool lets virt-ferry look at, by path
   */
  public static Failure beforeTheFirstByte(
      @Nullable Throwable error, Evidence evidence, List<String> unseen) {
    if (error instanceof LibvirtFailure failure
        && failure.is(ErrorNumber.INTERNAL_ERROR)
        && failure.isFrom(ErrorDomain.QEMU)
        && evidence.culprit(failure).isEmpty()
        && evidence.source().canRun()
        && !unseen.isEmpty()) {
      String detail =
          "libvirt gave up before a byte was copied: %s. No pool of the destination lets virt-ferry look"
                  .formatted(failure.message())
              + " at %s: it has to be there, with the same size. The domain is still at the source."
                  .formatted(String.join(", ", unseen));
      return new Failure(
          Problem.of(ProblemType.DESTINATION_STORAGE, detail), LibvirtWords.of(failure));
    }
    return failure(error, evidence);
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

  private static Failure whileItRuns(@Nullable Throwable error, Evidence evidence) {
    return switch (error) {
      case LibvirtFailure failure ->
          new Failure(
              Problem.of(
                  type(failure, evidence),
                  "libvirt ended the migration: %s. The domain is still at the source.%s"
                      .formatted(failure.message(), remedy(failure, evidence))),
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
   * Only libvirt's numbers decide, with what was seen and with names that are known here; its words
   * may change with any version. NO_DOMAIN is said of a destination whose domain somebody ended,
   * and has no name of its own here.
   */
  private static ProblemType type(LibvirtFailure failure, Evidence evidence) {
    return switch (failure.number()) {
      case INVALID_ARG -> wrong(failure, evidence);
      case OPERATION_FAILED -> failed(failure);
      case SYSTEM_ERROR, NO_STORAGE_POOL, NO_STORAGE_VOL ->
          failure.isFrom(ErrorDomain.STORAGE)
              ? ProblemType.DESTINATION_STORAGE
              : lacking(failure, evidence);
      case NO_SECRET -> ProblemType.DESTINATION_STORAGE;
      case NO_NETWORK -> ProblemType.DESTINATION_CONFLICT;
      case OPERATION_INVALID -> invalid(failure, evidence);
      case ARGUMENT_UNSUPPORTED -> ProblemType.OPTION_NOT_SUPPORTED;
      case MIGRATE_UNSAFE -> ProblemType.DISK_LEFT_BEHIND;
      case OPERATION_UNSUPPORTED ->
          evidence.names(failure)
              ? ProblemType.DISK_NOT_COPYABLE
              : ProblemType.DOMAIN_NOT_MIGRATABLE;
      case CONFIG_UNSUPPORTED, CPU_INCOMPATIBLE -> ProblemType.DOMAIN_NOT_MIGRATABLE;
      case AUTH_FAILED, AUTH_CANCELLED, AUTH_UNAVAILABLE, RPC, GNUTLS_ERROR ->
          ProblemType.LIBVIRT_ERROR;
      case NO_DOMAIN, NO_DOMAIN_SNAPSHOT, XML_ERROR -> ProblemType.LIBVIRT_ERROR;
      case INTERNAL_ERROR -> lacking(failure, evidence);
      case OPERATION_TIMEOUT, OPERATION_ABORTED -> ProblemType.LIBVIRT_ERROR;
      case null -> ProblemType.LIBVIRT_ERROR;
    };
  }

  private static ProblemType lacking(LibvirtFailure failure, Evidence evidence) {
    return evidence.culprit(failure).map(Culprit::problem).orElse(ProblemType.LIBVIRT_ERROR);
  }

  /** A disk that left meanwhile is named; what else QEMU's driver does not take is an option. */
  private static ProblemType wrong(LibvirtFailure failure, Evidence evidence) {
    if (!failure.isFrom(ErrorDomain.QEMU)) {
      return ProblemType.SAME_HOST;
    }
    return evidence.names(failure) ? ProblemType.DISK_NOT_FOUND : ProblemType.OPTION_NOT_SUPPORTED;
  }

  private static ProblemType failed(LibvirtFailure failure) {
    if (failure.isFrom(ErrorDomain.CPU)) {
      return ProblemType.DOMAIN_NOT_MIGRATABLE;
    }
    return failure.isFrom(ErrorDomain.DOMAIN)
        ? ProblemType.DESTINATION_CONFLICT
        : ProblemType.LIBVIRT_ERROR;
  }

  /** QEMU's driver says so of each thing that hinders a migration, another migration among them. */
  private static ProblemType invalid(LibvirtFailure failure, Evidence evidence) {
    if (failure.isFrom(ErrorDomain.QEMU)) {
      return evidence.othersMigrate()
          ? ProblemType.MIGRATION_IN_PROGRESS
          : ProblemType.DOMAIN_NOT_MIGRATABLE;
    }
    return failure.isFrom(ErrorDomain.STORAGE)
        ? ProblemType.DESTINATION_STORAGE
        : ProblemType.DESTINATION_CONFLICT;
  }

  /** Only words: they help a person, and decide nothing. */
  private static String remedy(LibvirtFailure failure, Evidence evidence) {
    if (evidence.source() == DomainState.PAUSED_IOERROR) {
      return " It is paused there by an I/O error; mend its storage and resume it (virsh resume).";
    }
    Optional<Need> culprit = evidence.culprit(failure);
    if (culprit.isPresent()) {
      return " Its definition names that in %s; the destination has to have it."
          .formatted(culprit.get().place());
    }
    return failure.message().contains("node-name='migration-")
        ? " A daemon that died in an earlier migration left this node in the guest's QEMU; remove it"
            + " there (docs/problems.md, libvirt-error)."
        : "";
  }
}
