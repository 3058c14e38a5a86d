package dev.virtferry.migration;

import static dev.virtferry.libvirt.DomainState.PAUSED_IOERROR;
import static dev.virtferry.libvirt.DomainState.RUNNING_BOOTED;
import static dev.virtferry.libvirt.DomainState.SHUTOFF_CRASHED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.BesideOthers;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.Need;
import dev.virtferry.libvirt.Need.HostFile;
import dev.virtferry.libvirt.Need.Link;
import dev.virtferry.libvirt.Need.Listener;
import dev.virtferry.libvirt.Need.TpmEmulator;
import dev.virtferry.migration.Failure.LibvirtWords;
import dev.virtferry.migration.FailureClassifier.Evidence;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@BesideOthers
class FailureClassifierTest {

  private static final Evidence RUNS =
      new Evidence(RUNNING_BOOTED, false, List.of("vda", "vdb"), List.of());

  private static ProblemType typeOf(int code, String words, boolean othersMigrate) {
    var error = new LibvirtFailure(code, 10, words);
    return FailureClassifier.failure(
            error, new Evidence(RUNNING_BOOTED, othersMigrate, List.of("vda", "vdb"), List.of()))
        .problem()
        .type();
  }

  /** Whoever waits for a migration that nobody makes waits for ever. */
  @Test
  void callsAMigrationInProgressOnlyWhatWasSeen() {
    assertThat(typeOf(55, "migration with virtiofs device is not supported", false))
        .isEqualTo(ProblemType.DOMAIN_NOT_MIGRATABLE);
    assertThat(typeOf(55, "another migration job is already running for domain 'web'", true))
        .isEqualTo(ProblemType.MIGRATION_IN_PROGRESS);
  }

  @Test
  void blamesADiskOnlyWhereLibvirtNamesIt() {
    assertThat(typeOf(8, "disk target vda not found", false)).isEqualTo(ProblemType.DISK_NOT_FOUND);
    assertThat(typeOf(8, "Unsupported scheme in disks URI: ftp", false))
        .isEqualTo(ProblemType.OPTION_NOT_SUPPORTED);
    assertThat(typeOf(84, "Cannot migrate empty or read-only disk vdb", false))
        .isEqualTo(ProblemType.DISK_NOT_COPYABLE);
    assertThat(
            typeOf(84, "cannot migrate a domain with <hostdev mode='subsystem' type='pci'>", false))
        .isEqualTo(ProblemType.DOMAIN_NOT_MIGRATABLE);
    assertThat(typeOf(84, "device vdb2 is not supported", false))
        .isEqualTo(ProblemType.DOMAIN_NOT_MIGRATABLE);
  }

  @Test
  void saysThatAGuestIsPausedByAnError() {
    var error = new LibvirtFailure(55, 10, "cannot migrate domain with I/O error");
    Failure failure =
        FailureClassifier.failure(
            error, new Evidence(PAUSED_IOERROR, false, List.of("vda"), List.of()));
    assertThat(failure.problem().type()).isEqualTo(ProblemType.DOMAIN_NOT_MIGRATABLE);
    assertThat(failure.problem().detail()).contains("paused there by an I/O error");
  }

  @ParameterizedTest
  @CsvSource({
    "8, 10, OPTION_NOT_SUPPORTED",
    "8, 20, SAME_HOST",
    "9, 20, DESTINATION_CONFLICT",
    "9, 10, LIBVIRT_ERROR",
    "38, 18, DESTINATION_STORAGE",
    "38, 7, LIBVIRT_ERROR",
    "49, 18, DESTINATION_STORAGE",
    "50, 18, DESTINATION_STORAGE",
    "42, 10, LIBVIRT_ERROR",
    "43, 19, DESTINATION_CONFLICT",
    "66, 30, DESTINATION_STORAGE",
    "67, 10, DOMAIN_NOT_MIGRATABLE",
    "9, 31, DOMAIN_NOT_MIGRATABLE",
    "91, 31, DOMAIN_NOT_MIGRATABLE",
    "55, 10, DOMAIN_NOT_MIGRATABLE",
    "55, 18, DESTINATION_STORAGE",
    "55, 19, DESTINATION_CONFLICT",
    "55, 20, DESTINATION_CONFLICT",
    "74, 0, OPTION_NOT_SUPPORTED",
    "81, 10, DISK_LEFT_BEHIND",
    "84, 10, DOMAIN_NOT_MIGRATABLE",
    "1, 7, LIBVIRT_ERROR",
    "0, 0, LIBVIRT_ERROR",
  })
  void namesTheProblemByLibvirtsNumbers(int code, int domain, ProblemType type) {
    Failure failure =
        FailureClassifier.failure(new LibvirtFailure(code, domain, "its words"), RUNS);
    assertThat(failure.problem().type()).isEqualTo(type);
    assertThat(failure.problem().detail())
        .contains("its words")
        .endsWith("The domain is still at the source.");
    assertThat(failure.libvirt()).isEqualTo(new LibvirtWords(code, domain, "its words"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | 10 | could not open kernel file '/boot/k' | DESTINATION_STORAGE",
        "38 | 10 | Unable to open /boot/k: No such file or directory | DESTINATION_STORAGE",
        "38 | 0 | Unable to open file: /logs/a.log: No such file | DESTINATION_STORAGE",
        "1 | 0 | Failed to reserve port 5901 | DESTINATION_CONFLICT",
        "1 | 10 | -vnc 10.0.0.1:1: Address already in use | DESTINATION_CONFLICT",
        "1 | 10 | Failed to bind socket to 10.0.0.1: Cannot assign | DESTINATION_CONFLICT",
        "38 | 0 | Cannot get interface MTU on 'br7': No such device | DESTINATION_CONFLICT",
        "1 | 10 | Unable to find 'swtpm' binary in $PATH | DOMAIN_NOT_MIGRATABLE",
        "1 | 10 | could not open '/boot/kk' | LIBVIRT_ERROR",
        "1 | 10 | could not open '/x/boot/k' | LIBVIRT_ERROR",
        "1 | 10 | br7 is a word | LIBVIRT_ERROR",
        "9 | 10 | could not open '/boot/k' | LIBVIRT_ERROR",
      })
  void blamesWhatTheDefinitionNamesAndLibvirtQuotes(
      int code, int domain, String words, ProblemType type) {
    List<Need> needs =
        List.of(
            new HostFile("os/kernel", "/boot/k", HostFile.Kind.FILE),
            new HostFile("devices/serial", "/logs", HostFile.Kind.FOLDER),
            new Listener("devices/graphics", "10.0.0.1", 5901),
            new Link("devices/interface", "br7"),
            new TpmEmulator("devices/tpm", ""));
    Failure failure =
        FailureClassifier.beforeTheFirstByte(
            new LibvirtFailure(code, domain, words),
            new Evidence(RUNNING_BOOTED, false, List.of("vda"), needs),
            List.of());
    assertThat(failure.problem().type()).isEqualTo(type);
    assertThat(failure.problem().detail().contains("Its definition names that in "))
        .isEqualTo(type != ProblemType.LIBVIRT_ERROR);
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
    Failure failure =
        FailureClassifier.failure(
            new LibvirtFailure(code, domain, "x"),
            new Evidence(source, false, List.of("vda"), List.of()));
    assertThat(failure.problem().type()).isEqualTo(ProblemType.DOMAIN_NOT_RUNNING);
    assertThat(failure.problem().detail()).contains("runs on neither host").contains(words);
    assertThat(failure.libvirt()).isEqualTo(new LibvirtWords(code, domain, "x"));
  }

  @Test
  void namesTheStorageWhenLibvirtCanNotMakeAnImageThatNoPoolShows() {
    var error = new LibvirtFailure(1, 10, "cannot precreate storage for disk type 'block'");
    Failure failure = FailureClassifier.beforeTheFirstByte(error, RUNS, List.of("/dev/vg/web"));
    assertThat(failure.problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(failure.problem().detail()).contains("/dev/vg/web");
    assertThat(FailureClassifier.beforeTheFirstByte(error, RUNS, List.of()).problem().type())
        .isEqualTo(ProblemType.LIBVIRT_ERROR);
  }

  @Test
  void saysThatAGuestStoppedEvenIfNobodyHeardTheCallEnd() {
    Failure failure =
        FailureClassifier.failure(null, new Evidence(SHUTOFF_CRASHED, false, List.of(), List.of()));
    assertThat(failure.problem().type()).isEqualTo(ProblemType.DOMAIN_NOT_RUNNING);
    assertThat(failure.libvirt()).isNull();
  }

  @Test
  void admitsThatNobodyHeardWhy() {
    Failure failure = FailureClassifier.failure(null, RUNS);
    assertThat(failure.problem().type()).isEqualTo(ProblemType.LIBVIRT_ERROR);
    assertThat(failure.libvirt()).isNull();
  }

  @Test
  void namesAHostThatWasNotThere() {
    Failure failure = FailureClassifier.failure(new HostUnreachable("kvm-b", "no route"), RUNS);
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
    Failure failure = FailureClassifier.failure(new IllegalStateException("secret"), RUNS);
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
