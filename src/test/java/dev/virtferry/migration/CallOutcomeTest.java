package dev.virtferry.migration;

import static dev.virtferry.libvirt.DomainCondition.RUNNING;
import static dev.virtferry.libvirt.DomainCondition.SHUT_OFF;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.migration.Failure.LibvirtWords;
import dev.virtferry.problem.ProblemType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallOutcomeTest {

  @ParameterizedTest
  @CsvSource({
    "8, 10, RUNNING, DISK_NOT_FOUND",
    "8, 20, RUNNING, SAME_HOST",
    "9, 20, RUNNING, DESTINATION_CONFLICT",
    "9, 10, RUNNING, LIBVIRT_ERROR",
    "38, 18, RUNNING, DESTINATION_STORAGE",
    "38, 7, RUNNING, LIBVIRT_ERROR",
    "49, 18, RUNNING, DESTINATION_STORAGE",
    "42, 10, SHUT_OFF, DOMAIN_NOT_FOUND",
    "55, 20, SHUT_OFF, DOMAIN_NOT_RUNNING",
    "55, 10, RUNNING, MIGRATION_IN_PROGRESS",
    "55, 20, RUNNING, DESTINATION_CONFLICT",
    "74, 0, RUNNING, OPTION_NOT_SUPPORTED",
    "81, 10, RUNNING, DISK_LEFT_BEHIND",
    "84, 10, RUNNING, DISK_NOT_COPYABLE",
    "1, 7, RUNNING, LIBVIRT_ERROR",
    "0, 0, RUNNING, LIBVIRT_ERROR",
  })
  void namesTheProblemByLibvirtsNumbers(
      int code, int domain, DomainCondition source, ProblemType type) {
    Failure failure = CallOutcome.failure(new LibvirtFailure(code, domain, "its words"), source);
    assertThat(failure.problem().type()).isEqualTo(type);
    assertThat(failure.problem().detail()).contains("its words");
    assertThat(failure.libvirt()).isEqualTo(new LibvirtWords(code, domain, "its words"));
  }

  @Test
  void saysWhetherTheDomainRuns() {
    var error = new LibvirtFailure(1, 7, "x");
    assertThat(CallOutcome.failure(error, RUNNING).problem().detail())
        .endsWith("The domain is still at the source.");
    assertThat(CallOutcome.failure(error, SHUT_OFF).problem().detail())
        .endsWith("The domain is still at the source, and it does not run.");
  }

  @Test
  void admitsThatNobodyHeardWhy() {
    Failure failure = CallOutcome.failure(null, RUNNING);
    assertThat(failure.problem().type()).isEqualTo(ProblemType.LIBVIRT_ERROR);
    assertThat(failure.libvirt()).isNull();
  }

  @Test
  void namesAHostThatWasNotThere() {
    Failure failure = CallOutcome.failure(new HostUnreachable("kvm-b", "no route"), RUNNING);
    assertThat(failure.problem().type()).isEqualTo(ProblemType.HOST_UNREACHABLE);
    assertThat(failure.problem().detail()).contains("kvm-b");
  }

  @Test
  void keepsWhatOnlyProgrammersUnderstandToItself() {
    Failure failure = CallOutcome.failure(new IllegalStateException("secret"), RUNNING);
    assertThat(failure.problem().type()).isEqualTo(ProblemType.INTERNAL_ERROR);
    assertThat(failure.problem().detail()).doesNotContain("secret");
  }

  @Test
  void knowsAnAbortByItsNumberOnly() {
    assertThat(CallOutcome.aborted(new LibvirtFailure(78, 10, ""))).isTrue();
    assertThat(CallOutcome.aborted(new LibvirtFailure(9, 10, "canceled by client"))).isFalse();
    assertThat(CallOutcome.aborted(null)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"18, DESTINATION_STORAGE", "10, LIBVIRT_ERROR"})
  void blamesTheStorageForWhatTheStorageSaidBeforeTheCall(int domain, ProblemType type) {
    Failure failure = CallOutcome.beforeTheCall(new LibvirtFailure(38, domain, "no room"));
    assertThat(failure.problem().type()).isEqualTo(type);
    assertThat(failure.problem().detail()).contains("no room").endsWith("Nothing was copied.");
  }
}
