package dev.virtferry.migration;

import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import org.jspecify.annotations.Nullable;

/**
 * Why a migration failed.
 *
 * @param libvirt what libvirt said; null when it said nothing
 */
public record Failure(Problem problem, @Nullable LibvirtWords libvirt) {

  /** A person said that it is over. */
  static Failure byHand(MigrationState state, String reason) {
    return new Failure(
        Problem.of(
            ProblemType.RESOLVED_BY_HAND,
            "An operator ended it while it was %s: %s".formatted(state, reason)),
        null);
  }

  /** The stable name of the problem, such as {@code disk-not-found}. */
  public String label() {
    return problem.type().label();
  }

  /** libvirt's own words: a {@code virErrorNumber}, a {@code virErrorDomain} and a message. */
  public record LibvirtWords(int code, int domain, String message) {

    public static LibvirtWords of(LibvirtFailure failure) {
      return new LibvirtWords(failure.code(), failure.domain(), failure.message());
    }
  }
}
