package dev.virtferry.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.Checkpoint;
import dev.virtferry.libvirt.CompletedJob;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Slots;
import dev.virtferry.migration.options.MigrationOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Incremental backups of a guest go on where it arrives, and where it stays. */
class CarriedCheckpointsTest {

  private static final MigrationOptions PLAIN = MigrationOptions.NONE;

  private static final Checkpoint FIRST = checkpoint("first");
  private static final Checkpoint SECOND = checkpoint("second");

  private final PlayedRun run = new PlayedRun();

  private static Checkpoint checkpoint(String name, String... split) {
    return new Checkpoint(name, "<domaincheckpoint><name>" + name, List.of(split));
  }

  private void call() {
    run.hosts().checkpoints("kvm-a", run.guest().uuid(), FIRST, SECOND);
    run.call(PLAIN);
  }

  private List<Checkpoint> at(String host) {
    return run.hosts().checkpoints(new HostAddress(host, ""), run.guest().uuid());
  }

  private String told() {
    return run.history().getLast().cause();
  }

  @Test
  void areWrittenDownBeforeTheCallAndRedefinedInTheirOrder() {
    call();
    assertThat(run.migration().plan().guest().checkpoints()).containsExactly(FIRST, SECOND);
    assertThat(at("kvm-b")).as("while it is on its way").isEmpty();
    run.hosts().checkpoints("kvm-a", run.guest().uuid());
    run.arrive();
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(at("kvm-b")).containsExactly(FIRST, SECOND);
    assertThat(told()).contains("2 of 2 checkpoints were redefined at the destination");
  }

  @Test
  void areRedefinedByTheRunThatTakesItUp() {
    call();
    run.hosts().checkpoints("kvm-a", run.guest().uuid());
    run.hosts().checkpoints("kvm-b", run.guest().uuid(), FIRST);
    run.begin();
    run.jobIsOver();
    run.destination(DomainState.RUNNING_MIGRATED);
    run.source(DomainState.ABSENT);
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(at("kvm-b")).containsExactly(FIRST, SECOND);
  }

  @Test
  void stayAtTheSourceThatKeepsTheGuest() {
    call();
    run.jobIsOver();
    run.callFails(9, 10, "no");
    run.lookUntil(MigrationState.FAILED);
    assertThat(at("kvm-a")).containsExactly(FIRST, SECOND);
    assertThat(at("kvm-b")).isEmpty();
    assertThat(told()).doesNotContain("checkpoint");
  }

  @Test
  void areNotSaidToBeThereWithoutTheirBitmaps() {
    run.hosts().withoutBitmap("second");
    call();
    run.arrive();
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(at("kvm-b")).containsExactly(FIRST);
    assertThat(told())
        .contains("1 of 2 checkpoints were redefined at the destination")
        .contains("second");
  }

  @Test
  void areNotSaidToBeThereWhenACopyHasAPartOfThem() {
    run.hosts()
        .checkpoints(
            "kvm-a", run.guest().uuid(), checkpoint("copied", "vdb"), checkpoint("not", "vdc"));
    run.call(PLAIN);
    run.arrive();
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(at("kvm-b")).containsExactly(checkpoint("not", "vdc"));
    assertThat(told()).contains("does not take the checkpoints copied,");
  }

  @Test
  void waitForADestinationThatIsAway() {
    call();
    run.arrive();
    run.hosts().whenCompletedJobIsAsked(() -> run.hosts().cutOff("kvm-b"));
    run.lookUntil(MigrationState.RECOVERING);
    run.hosts().whenCompletedJobIsAsked(() -> {});
    run.hosts().bringBack("kvm-b");
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(at("kvm-b")).containsExactly(FIRST, SECOND);
  }

  /** It answers every look, and not this. */
  private void redefining(String checkpoint, RuntimeException trouble) {
    run.hosts()
        .before(
            "redefine kvm-b " + checkpoint,
            () -> {
              throw trouble;
            });
  }

  private void redefiningGoesOn(String checkpoint) {
    run.hosts().before("redefine kvm-b " + checkpoint, () -> {});
  }

  private static List<RuntimeException> silences() {
    return List.of(
        new HostUnreachable("kvm-b", "no answer within 4000 ms"),
        HostUnreachable.locked("kvm-b", "its daemon keeps the domain locked"),
        HostUnreachable.crowded("kvm-b", "calls that hang have all places"),
        LibvirtFailure.ofSilentGuest(),
        LibvirtFailure.ofSilentGuests("kvm-b"));
  }

  @ParameterizedTest
  @MethodSource("silences")
  void waitForADestinationThatAnswersAndDoesNotTakeThemYet(RuntimeException silence) {
    redefining("second", silence);
    call();
    run.arrive();
    run.lookFor(Duration.ofSeconds(29));
    assertThat(run.migration().state()).isEqualTo(MigrationState.FINISHING);
    redefiningGoesOn("second");
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(at("kvm-b")).containsExactly(FIRST, SECOND);
    assertThat(told()).contains("2 of 2 checkpoints").doesNotContain("take");
  }

  @ParameterizedTest
  @MethodSource("silences")
  void keepNoGuestThatArrivedFromItsEndForEver(RuntimeException silence) {
    redefining("second", silence);
    call();
    run.arrive();
    run.lookFor(PlayedRun.PATIENCE.plusSeconds(1));
    assertThat(run.migration().state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(at("kvm-b")).containsExactly(FIRST);
    assertThat(told())
        .contains("1 of 2 checkpoints were redefined at the destination")
        .contains("did not tell in time whether it takes the checkpoints second:")
        .contains("virsh checkpoint-list")
        .doesNotContain("does not take")
        .doesNotContain("kvm-b");
  }

  /** libvirt's answer may come once nobody waits for it any more. */
  @Test
  void areToldApartByWhatTheDestinationSaidOfThem() {
    run.hosts().withoutBitmap("first");
    redefining("second", LibvirtFailure.ofSilentGuest());
    call();
    run.arrive();
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(told())
        .contains("0 of 2 checkpoints were redefined at the destination")
        .contains("does not take the checkpoints first,")
        .contains("whether it takes the checkpoints second:");
  }

  /** What the history says of them is what was done with the source's. */
  @Test
  void areToldOfOnceWhileSomethingElseIsWaitedFor() {
    run.hosts().withoutBitmap("second");
    run.hosts()
        .before(
            "undefine kvm-a",
            () -> {
              throw new HostUnreachable("kvm-a", "no answer within 4000 ms");
            });
    call();
    arriveUnheard();
    assertThat(told())
        .contains("1 of 2 checkpoints were redefined at the destination")
        .contains("does not take the checkpoints second,");
    assertThat(run.hosts().asked("redefine kvm-b second")).isEqualTo(1);
  }

  @Test
  void haveTheirTimeOnceADestinationThatWasAwayIsBack() {
    redefining("first", HostUnreachable.locked("kvm-b", "its daemon keeps the domain locked"));
    call();
    run.arrive();
    run.lookFor(Duration.ofSeconds(2));
    run.hosts().cutOff("kvm-b");
    run.lookFor(PlayedRun.PATIENCE.multipliedBy(2));
    assertThat(run.migration().state()).isEqualTo(MigrationState.RECOVERING);
    assertThat(run.migration().status().slots()).isEqualTo(new Slots(false, true));
    run.hosts().bringBack("kvm-b");
    run.lookFor(Duration.ofSeconds(20));
    assertThat(run.migration().state()).isEqualTo(MigrationState.FINISHING);
    redefiningGoesOn("first");
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(at("kvm-b")).containsExactly(FIRST, SECOND);
  }

  @Test
  void keepNoGuestFromItsEndWhoseDestinationComesAndGoes() {
    redefining("first", HostUnreachable.locked("kvm-b", "its daemon keeps the domain locked"));
    call();
    run.arrive();
    for (int time = 0; time < 4; time++) {
      run.lookFor(Duration.ofSeconds(10));
      run.hosts().cutOff("kvm-b");
      run.lookFor(Duration.ofSeconds(20));
      run.hosts().bringBack("kvm-b");
    }
    assertThat(run.migration().state()).isEqualTo(MigrationState.SUCCEEDED);
  }

  @Test
  void leaveASourceThatNeverHeardOfTheArrivalOnceTheDestinationKnowsThem() {
    call();
    arriveUnheard();
    assertThat(at("kvm-a")).isEmpty();
    assertThat(run.hosts().remarks())
        .containsExactly("destroy kvm-a", "forget first second kvm-a", "undefine kvm-a");
  }

  @Test
  void areForgottenAtNoHostAsLongAsOneIsKnownNowhereElse() {
    run.hosts().withoutBitmap("second");
    call();
    arriveUnheard();
    assertThat(at("kvm-a")).containsExactly(SECOND);
  }

  private void arriveUnheard() {
    run.jobIsOver();
    run.source(DomainState.PAUSED_MIGRATION);
    run.destination(DomainState.RUNNING_MIGRATED);
    run.hosts().completed(run.guest().uuid(), new CompletedJob(41L, 1_000, 1));
    run.callFails(38, 7, "End of file while reading data");
    run.lookUntil(MigrationState.SUCCEEDED);
  }
}
