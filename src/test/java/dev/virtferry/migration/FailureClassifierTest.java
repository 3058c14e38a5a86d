package dev.virtferry.migration;

import static dev.virtferry.libvirt.DomainState.RUNNING_BOOTED;
import static dev.virtferry.libvirt.DomainState.SHUTOFF_CRASHED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.migration.Failure.LibvirtWords;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureClassifierTest {

  @ParameterizedTest
  @CsvSource({
    "8, 10, DISK_NOT_FOUND",
    "8, 20, SAME_HOST",
    "9, 20, DESTINATION_CONFLICT",
    "9, 10, LIBVIRT_ERROR",
    "38, 18, DESTINATION_STORAGE",
    "38, 7, LIBVIRT_ERROR",
    "49, 18, DESTINATION_STORAGE",
    "42, 10, LIBVIRT_ERROR",
    "55, 10, MIGRATION_IN_PROGRESS",
    "55, 20, DESTINATION_CONFLICT",
    "74, 0, OPTION_NOT_SUPPORTED",
    "81, 10, DISK_LEFT_BEHIND",
    "84, 10, DISK_NOT_COPYABLE",
    "1, 7, LIBVIRT_ERROR",
    "0, 0, LIBVIRT_ERROR",
  })
  void namesTheProblemByLibvirtsNumbers(int code, int domain, ProblemType type) {
    Failure failure =
        FailureClassifier.failure(new LibvirtFailure(code, domain, "its words"), RUNNING_BOOTED);
    assertThat(failure.problem().type()).isEqualTo(type);
    assertThat(failure.problem().detail())
        .contains("its words")
        .endsWith("The domain is still at the source.");
    assertThat(failure.libvirt()).isEqualTo(new LibvirtWords(code, domain, "its words"));
  }

  /** Whatever number libvirt had for it: a keepalive that ended, an operation that is invalid. */
  @ParameterizedTest
  @CsvSource({
    "55, 20, SHUTOFF_SHUTDOWN, powered itself off",
    "38, 7, SHUTOFF_UNKNOWN, Its host went down",
    "9, 10, SHUTOFF_CRASHED, crashed or was killed",
    "42, 10, SHUTOFF_DESTROYED, The guest was destroyed at the source during the copy",
    "78, 10, SHUTOFF_SAVED, saved it to a file",
    "1, 7, SHUTOFF_FAILED, log at the source",
    "9, 10, CRASHED_PANICKED, crashed",
    "9, 10, ABSENT, It was transient",
  })
  void saysThatAGuestStoppedAtTheSourceAndWhy(
      int code, int domain, DomainState source, String words) {
    Failure failure = FailureClassifier.failure(new LibvirtFailure(code, domain, "x"), source);
    assertThat(failure.problem().type()).isEqualTo(ProblemType.DOMAIN_NOT_RUNNING);
    assertThat(failure.problem().detail()).contains("runs on neither host").contains(words);
    assertThat(failure.libvirt()).isEqualTo(new LibvirtWords(code, domain, "x"));
  }

  @Test
  void namesTheStorageWhenLibvirtCanNotMakeAnImageThatNoPoolShows() {
    var error = new LibvirtFailure(1, 10, "cannot precreate storage for disk type 'block'");
    Failure failure =
        FailureClassifier.beforeTheFirstByte(error, RUNNING_BOOTED, List.of("/dev/vg/web"));
    assertThat(failure.problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(failure.problem().detail()).contains("/dev/vg/web");
    assertThat(
            FailureClassifier.beforeTheFirstByte(error, RUNNING_BOOTED, List.of()).problem().type())
        .isEqualTo(ProblemType.LIBVIRT_ERROR);
  }

  @Test
  void saysThatAGuestStoppedEvenIfNobodyHeardTheCallEnd() {
    Failure failure = FailureClassifier.failure(null, SHUTOFF_CRASHED);
    assertThat(failure.problem().type()).isEqualTo(ProblemType.DOMAIN_NOT_RUNNING);
    assertThat(failure.libvirt()).isNull();
  }

  @Test
  void admitsThatNobodyHeardWhy() {
    Failure failure = FailureClassifier.failure(null, RUNNING_BOOTED);
    assertThat(failure.problem().type()).isEqualTo(ProblemType.LIBVIRT_ERROR);
    assertThat(failure.libvirt()).isNull();
  }

  @Test
  void namesAHostThatWasNotThere() {
    Failure failure =
        FailureClassifier.failure(new HostUnreachable("kvm-b", "no route"), RUNNING_BOOTED);
    assertThat(failure.problem().type()).isEqualTo(ProblemType.HOST_UNREACHABLE);
    assertThat(failure.problem().detail()).contains("kvm-b");
  }

  @Test
  void tellsARequestWhichHostDidNotAnswerAndNothingOfTheNetwork() {
    Problem problem =
        FailureClassifier.duringARequest(new HostUnreachable("kvm-b", "no route to 10.0.0.2"));
    assertThat(problem.type()).isEqualTo(ProblemType.HOST_UNREACHABLE);
    assertThat(problem.detail()).contains("kvm-b").doesNotContain("10.0.0.2");
  }

  @Test
  void tellsARequestWhatLibvirtAnswered() {
    assertThat(FailureClassifier.duringARequest(new LibvirtFailure(9, 20, "it does not work")))
        .isEqualTo(Problem.of(ProblemType.LIBVIRT_ERROR, "libvirt answered: it does not work."));
  }

  @Test
  void keepsWhatOnlyProgrammersUnderstandToItself() {
    Failure failure =
        FailureClassifier.failure(new IllegalStateException("secret"), RUNNING_BOOTED);
    assertThat(failure.problem().type()).isEqualTo(ProblemType.INTERNAL_ERROR);
    assertThat(failure.problem().detail()).doesNotContain("secret");
  }

  @Test
  void knowsAnAbortByItsNumberOnly() {
    assertThat(FailureClassifier.aborted(new LibvirtFailure(78, 10, ""))).isTrue();
    assertThat(FailureClassifier.aborted(new LibvirtFailure(9, 10, "canceled by client")))
        .isFalse();
    assertThat(FailureClassifier.aborted(null)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"18, DESTINATION_STORAGE", "10, LIBVIRT_ERROR"})
  void blamesTheStorageForWhatTheStorageSaidBeforeTheCall(int domain, ProblemType type) {
    Failure failure = FailureClassifier.beforeTheCall(new LibvirtFailure(38, domain, "no room"));
    assertThat(failure.problem().type()).isEqualTo(type);
    assertThat(failure.problem().detail()).contains("no room").endsWith("Nothing was copied.");
  }

  /** Bound callers are not told what is said of the destination's storage. */
  @Test
  void blamesTheStorageForWhatWasSaidOfOthersBeforeTheCall() {
    Failure failure =
        FailureClassifier.beforeTheCall(new LibvirtFailure(72, 10, "theirs").ofOthers());
    assertThat(failure.problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
  }
}
