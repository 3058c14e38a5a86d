package dev.virtferry.migration.run;

import static dev.virtferry.libvirt.Domains.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtferry.disk.DestinationImage;
import dev.virtferry.disk.ImageName;
import dev.virtferry.disk.Overwrite;
import dev.virtferry.disk.VolumeMark;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.libvirt.Checkpoint;
import dev.virtferry.libvirt.CompletedJob;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.MigrateFlag;
import dev.virtferry.libvirt.SourceType;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.StorageVolume.Timestamps;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Failure;
import dev.virtferry.migration.GivenSpec;
import dev.virtferry.migration.IllegalTransition;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.Slots;
import dev.virtferry.migration.Transition;
import dev.virtferry.migration.VolumeRecord;
import dev.virtferry.migration.options.GivenOptions;
import dev.virtferry.migration.options.LimitAction;
import dev.virtferry.migration.options.MigrationOptions;
import dev.virtferry.problem.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From libvirt's call to the end: what both hosts show, look by look, and what is made of it. */
class MigrationRunTest {

  private static final MigrationOptions PLAIN = MigrationOptions.NONE;
  private static final MigrationOptions GUARDED = new GivenOptions().guarded().build();
  private static final MigrationOptions DELETING = new GivenOptions().deletingOriginals().build();

  private final PlayedRun run = new PlayedRun();

  @Test
  void succeedsOnlyWhenTheDestinationRunsTheGuestAndTheSourceLetGo() {
    run.call(PLAIN);
    run.copied(10 * MIB);
    run.destination(DomainState.PAUSED_MIGRATION);
    run.look();
    assertThat(run.now().progress().disks().getFirst().bytesDone()).isEqualTo(10 * MIB);

    run.memory(100 * MIB, 28 * MIB);
    run.look();
    assertThat(run.migration().phase()).isEqualTo(Phase.MEMORY);

    run.copied(64 * MIB);
    run.memory(128 * MIB, 0);
    run.source(DomainState.PAUSED_MIGRATION);
    run.look();
    assertThat(run.migration().phase()).isEqualTo(Phase.SWITCHOVER);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.SOURCE);

    run.destination(DomainState.RUNNING_MIGRATED);
    run.look();
    assertThat(run.migration().location()).isEqualTo(DomainLocation.DESTINATION);
    assertThat(run.migration().state()).isEqualTo(MigrationState.MIGRATING);

    run.arrive();
    MigrationSnapshot ended = run.lookUntilTheEnd();
    assertThat(ended.migration().state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(ended.progress().percent()).isEqualTo(100);
    assertThat(ended.progress().disks())
        .allSatisfy(disk -> assertThat(disk.bytesDone()).isEqualTo(disk.bytesTotal()));
    assertThat(run.history())
        .extracting(Transition::to)
        .containsExactly(
            MigrationState.QUEUED,
            MigrationState.PREPARING,
            MigrationState.MIGRATING,
            MigrationState.FINISHING,
            MigrationState.SUCCEEDED);
  }

  @Test
  void tellsThePauseThatTheDestinationWroteDown() {
    run.hosts().completed(run.guest().uuid(), new CompletedJob(41L, 1_000, 10 * MIB));
    run.call(PLAIN);
    run.arrive();
    Progress progress = run.lookUntilTheEnd().progress();
    assertThat(progress.downtimeMillis()).isEqualTo(41);
    assertThat(progress.flow().bytesMoved()).isEqualTo(138 * MIB);
  }

  @Test
  void succeedsWithoutThePauseWhenTheDestinationDoesNotTellIt() {
    run.call(PLAIN);
    run.arrive();
    MigrationSnapshot ended = run.lookUntilTheEnd();
    assertThat(ended.migration().state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(ended.progress().downtimeMillis()).isNull();
  }

  @Test
  void doesNotBelieveASuccessfulReturnWhenTheGuestStayed() {
    run.call(PLAIN);
    run.jobIsOver();
    run.callReturns();
    run.lookUntilTheEnd();
    assertThat(run.migration().state()).isEqualTo(MigrationState.FAILED);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.SOURCE);
  }

  @Test
  void doesNotBelieveAnErrorWhenTheGuestArrived() {
    run.call(PLAIN);
    run.destination(DomainState.RUNNING_MIGRATED);
    run.source(DomainState.ABSENT);
    run.callFails(38, 7, "End of file while reading data");
    run.lookUntilTheEnd();
    assertThat(run.migration().state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(run.migration().failure()).isNull();
  }

  @Test
  void failsWithWhatLibvirtSaid() {
    run.call(PLAIN);
    run.jobIsOver();
    run.callFails(49, 18, "no storage pool with matching path");
    run.lookUntilTheEnd();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(run.failure().libvirt())
        .isEqualTo(new Failure.LibvirtWords(49, 18, "no storage pool with matching path"));
  }

  @Test
  void cancelsARunningMigrationByAbortingItsJob() {
    run.call(PLAIN);
    run.cancel();
    run.look();
    assertThat(run.hosts().aborts()).containsExactly(run.guest().uuid());
    assertThat(run.migration().state()).isEqualTo(MigrationState.MIGRATING);

    run.jobIsOver();
    run.callFails(78, 10, "operation aborted");
    run.lookUntil(MigrationState.CANCELLED);
  }

  @Test
  void asksForTheAbortAgainWhereLibvirtDoesNotObey() {
    run.call(PLAIN);
    run.cancel();
    run.lookFor(Duration.ofSeconds(5));
    assertThat(run.hosts().aborts()).as("every two seconds").hasSize(3);
  }

  @Test
  void leavesItsSlotsToOthersWhileItsJobHeedsNoAbort() {
    run.call(PLAIN);
    run.destination(DomainState.PAUSED_MIGRATION);
    run.copied(MIB);
    run.look();
    run.cancel();
    run.lookFor(UnheededAbort.PATIENCE);
    assertThat(run.migration().state()).as("not at once").isEqualTo(MigrationState.MIGRATING);
    run.lookFor(Duration.ofSeconds(1));
    requireAHungJob();
    int told = run.migration().version();
    run.lookFor(Duration.ofSeconds(10));
    assertThat(run.migration().version()).as("told once").isEqualTo(told);
    assertThat(run.hosts().aborts()).as("asked on and on").hasSizeGreaterThan(15);

    run.begin();
    run.look();
    assertThat(run.migration().version()).as("the next run knows it").isEqualTo(told);

    run.copied(2 * MIB);
    run.look();
    run.look();
    assertThat(run.migration().state()).isEqualTo(MigrationState.MIGRATING);
    assertThat(run.migration().status().slots()).isEqualTo(Slots.BOTH);
    run.lookFor(UnheededAbort.PATIENCE);
    requireAHungJob();

    run.rollBack();
    run.lookUntil(MigrationState.CANCELLED);
  }

  private void requireAHungJob() {
    assertThat(run.migration().state()).isEqualTo(MigrationState.RECOVERING);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.SOURCE);
    assertThat(run.migration().status().slots()).isEqualTo(Slots.NONE);
    assertThat(run.attention().reason()).contains("asked to abort the job");
    assertThatThrownBy(() -> run.resolve("nobody knows")).isInstanceOf(IllegalTransition.class);
  }

  @Test
  void isCancelledWhenTheAbortWasTakenWhateverTheCallSaysOfTheBrokenStream() {
    run.call(PLAIN);
    run.cancel();
    run.look();
    run.jobIsOver();
    run.callFails(9, 10, "Unable to write to socket");
    run.lookUntil(MigrationState.CANCELLED);
  }

  @Test
  void isFailedAndNotCancelledWhenItBrokeByItselfBeforeTheAbort() {
    run.hosts().refuseAborts();
    run.call(PLAIN);
    run.cancel();
    run.look();
    run.jobIsOver();
    run.callFails(9, 10, "No space left on device");
    run.lookUntil(MigrationState.FAILED);
    assertThat(run.migration().status().cancelRequested()).isTrue();
  }

  @Test
  void succeedsWhenTheCancelCameTooLate() {
    run.call(PLAIN);
    run.cancel();
    run.arrive();
    run.lookUntil(MigrationState.SUCCEEDED);
  }

  @Test
  void waitsForAHostThatCanNotBeReadAndGoesOnToTheTrueEnd() {
    run.call(PLAIN);
    run.hosts().cutOff("kvm-b");
    run.callFails(1, 7, "client socket is closed");
    run.look();
    assertThat(run.migration().state()).as("not at once").isEqualTo(MigrationState.MIGRATING);
    run.settle();
    assertThat(run.migration().state()).isEqualTo(MigrationState.RECOVERING);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.UNKNOWN);
    assertThat(run.attention().advice()).contains("network back");
    int told = run.migration().version();
    run.settle();
    assertThat(run.migration().version()).as("told once, in whatever words").isEqualTo(told);

    run.destination(DomainState.RUNNING_MIGRATED);
    run.source(DomainState.ABSENT);
    run.hosts().bringBack("kvm-b");
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(run.migration().attention()).isNull();
  }

  @Test
  void keepsWhatIsSaidOfASilentHostApartFromThatItIsSilent() {
    run.call(PLAIN);
    run.hosts().cutOff("kvm-b");
    run.settle();
    assertThat(run.attention().reason())
        .startsWith("Host kvm-b is unreachable.")
        .doesNotContain("secret");
    assertThat(run.attention().words()).contains("secret words of libvirt");
  }

  @Test
  void asksForAPersonWhenTheGuestRunsTwiceAndTouchesNothing() {
    run.call(PLAIN);
    run.jobIsOver();
    run.destination(DomainState.RUNNING_MIGRATED);
    run.callFails(1, 7, "client socket is closed");
    run.settle();
    assertThat(run.migration().state()).isEqualTo(MigrationState.NEEDS_ATTENTION);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.BOTH);
    assertThat(run.hosts().remarks()).isEmpty();

    run.destination(DomainState.ABSENT);
    run.lookUntil(MigrationState.FAILED);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.SOURCE);
  }

  /** While the service is down, its operator swaps the names of the inventory. */
  @Test
  void believesNoHostThatHasTheNameOfTheOther() {
    run.call(PLAIN);
    run.arrive();
    run.hosts().identify("kvm-b", run.hosts().identity(new HostAddress("kvm-a", "")));
    run.begin();
    run.settle();
    assertThat(run.migration().state()).isEqualTo(MigrationState.RECOVERING);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.UNKNOWN);
    assertThat(run.attention().reason()).contains("The name kvm-b leads to the other host");
    assertThat(run.attention().words()).contains("It calls itself");

    run.hosts().identifyAsBefore("kvm-b");
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.DESTINATION);
  }

  /** libvirt makes a UUID up at each start where neither the machine nor its settings have one. */
  @Test
  void believesAHostThatCallsItselfByANewName() {
    run.call(PLAIN);
    run.arrive();
    run.hosts().identify("kvm-a", UUID.randomUUID());
    run.hosts().identify("kvm-b", UUID.randomUUID());
    run.begin();
    run.lookUntil(MigrationState.SUCCEEDED);
  }

  @Test
  void onlyWatchesAMigrationWhoseCallMayHaveBeenMade() {
    run.call(PLAIN);
    run.begin();
    run.jobIsOver();
    run.destination(DomainState.RUNNING_MIGRATED);
    run.source(DomainState.ABSENT);
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(run.hosts().made()).hasSize(1);
  }

  @Test
  void setsTheMaximalDowntimeOnceTheJobRuns() {
    run.call(new GivenOptions().bandwidth(100).maxDowntime(250).build());
    assertThat(run.hosts().remarks()).isEmpty();
    run.lookFor(Duration.ofSeconds(1));
    assertThat(run.hosts().remarks()).containsExactly("downtime 250");
    assertThat(run.migration().call().parameters().get("bandwidth"))
        .hasValueSatisfying(value -> assertThat(value.value()).isEqualTo(100L));
  }

  private void guestThatStartsWithItsHost() {
    DomainDescription plain = run.guest();
    run.guest(
        new DomainDescription(
            "starter",
            UUID.randomUUID(),
            null,
            DomainState.RUNNING_BOOTED,
            true,
            true,
            128 * MIB,
            Domains.MACHINE,
            plain.disks(),
            true));
  }

  @Test
  void restoresAutostartAtTheDestination() {
    guestThatStartsWithItsHost();
    run.call(PLAIN);
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.hosts().remarks()).contains("autostart kvm-b");
  }

  /** Each that hangs takes one of the daemon's workers until it ends. */
  @Test
  void asksForAutostartOnceWhileItWaitsForSomethingElse() {
    guestThatStartsWithItsHost();
    UUID guest = run.guest().uuid();
    run.hosts()
        .checkpoints("kvm-a", guest, new Checkpoint("first", "<domaincheckpoint/>", List.of()));
    run.hosts()
        .before(
            "autostart kvm-b",
            () -> {
              throw new HostUnreachable("kvm-b", "no answer within 4000 ms");
            });
    run.hosts()
        .before(
            "redefine kvm-b first",
            () -> {
              throw LibvirtFailure.ofSilentGuest();
            });
    run.call(PLAIN);
    run.arrive();
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(run.hosts().asked("autostart kvm-b")).isEqualTo(1);
    assertThat(run.history().getLast().cause()).contains("set it by hand");
  }

  // Volumes.

  @Test
  void makesTheMissingVolumesBeforeTheCallAndKeepsThemAtSuccess() {
    run.poolAtTheDestination();
    run.raw("kvm-b", "vdb.raw", 64 * MIB);
    run.call(PLAIN);
    assertThat(run.volumes().deeds()).containsExactly("made kvm-b/images/vda.raw");
    assertThat(run.fates()).containsExactly("kvm-b vda MADE");
    assertThat(run.volumes().volume(new HostAddress("kvm-b", ""), "images", "vda.raw"))
        .as("in the end it has the size of the disk")
        .hasValueSatisfying(made -> assertThat(made.capacityBytes()).isEqualTo(64 * MIB));

    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda KEPT");
    assertThat(run.volumes().deeds()).hasSize(1);
  }

  @Test
  void deletesExactlyWhatItMadeWhenTheMigrationCameToNothing() {
    run.poolAtTheDestination();
    run.raw("kvm-b", "vdb.raw", 64 * MIB);
    run.call(PLAIN);
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED");
    assertThat(run.volumes().deeds())
        .containsExactly("made kvm-b/images/vda.raw", "deleted kvm-b/images/vda.raw");
  }

  private void endAtTheSource(DomainState source) {
    run.source(source);
    run.jobIsOver();
    run.callFails(9, 10, "the guest went away");
    run.lookUntilTheEnd();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DOMAIN_NOT_RUNNING);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.NEITHER);
  }

  /** Nobody has to clean up before the guest, which is whole at its source, is migrated again. */
  @ParameterizedTest
  @EnumSource(names = {"SHUTOFF_DESTROYED", "SHUTOFF_CRASHED", "SHUTOFF_SHUTDOWN"})
  void deletesTheCopiesOfAGuestThatItSawEndInTheCopy(DomainState source) {
    run.poolsOnBothHosts();
    run.call(PLAIN);
    run.look();
    endAtTheSource(source);
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED", "kvm-b vdb DELETED");
    assertThat(run.volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted kvm-a"));
  }

  @Test
  void deletesNoCopyWhoseOriginalNobodySees() {
    run.poolsOnBothHosts();
    run.call(PLAIN);
    run.volumes().vanish("kvm-a", "images", "vdb.raw");
    endAtTheSource(DomainState.SHUTOFF_DESTROYED);
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb LEFT");
  }

  @Test
  void deletesNoCopyWhereNoPoolOfTheSourceLetsItSeeTheOriginal() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    endAtTheSource(DomainState.SHUTOFF_SHUTDOWN);
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb LEFT");
    assertThat(run.volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted"));
  }

  /** Later nobody could tell that the guest never ran there. */
  @Test
  void leavesAtOnceWhatItCanNotDeleteOfAGuestThatEnded() {
    run.poolsOnBothHosts();
    run.call(PLAIN);
    run.volumes().cutOff("kvm-b");
    endAtTheSource(DomainState.SHUTOFF_DESTROYED);
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb LEFT");
  }

  /** libvirt says so also of one that left before its host went down. */
  @Test
  void deletesNoCopyOfAGuestWhoseEndLibvirtDidNotSee() {
    run.poolsOnBothHosts();
    run.call(PLAIN);
    endAtTheSource(DomainState.SHUTOFF_UNKNOWN);
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb LEFT");
  }

  @Test
  void deletesNoCopyOfAGuestThatWasAboutToGoOnOnIt() {
    run.poolsOnBothHosts();
    run.call(PLAIN);
    run.memory(128 * MIB, 0);
    run.source(DomainState.PAUSED_MIGRATION);
    run.destination(DomainState.PAUSED_MIGRATION);
    run.look();
    assertThat(run.migration().phase()).isEqualTo(Phase.SWITCHOVER);
    run.destination(DomainState.ABSENT);
    endAtTheSource(DomainState.SHUTOFF_DESTROYED);
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb LEFT");
  }

  /** libvirt's word that it failed ends the migration, and is no reason to delete anything. */
  @Test
  void deletesNoCopyOfAGuestWhoseEndNobodySaw() {
    run.poolsOnBothHosts();
    run.call(PLAIN);
    run.look();
    run.sleep(Duration.ofMinutes(1));
    endAtTheSource(DomainState.SHUTOFF_DESTROYED);
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb LEFT");
  }

  /** It is followed to its end, as nobody knows before whether it moves the guest. */
  @Test
  void namesAMigrationThatSomebodyElseMakes() {
    run.call(PLAIN);
    run.callFails(55, 10, "another migration job is already running for domain 'web'");
    run.look();
    run.jobIsOver();
    run.lookUntilTheEnd();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.MIGRATION_IN_PROGRESS);
  }

  @Test
  void namesNoMigrationThatNobodySees() {
    run.call(PLAIN);
    run.jobIsOver();
    run.callFails(55, 10, "migration with virtiofs device is not supported");
    run.lookUntilTheEnd();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DOMAIN_NOT_MIGRATABLE);
  }

  private void callOfATransientGuest() {
    run.guest(Domains.transientOf(run.guest()));
    run.poolsOnBothHosts();
    run.call(PLAIN);
    run.look();
    run.source(DomainState.ABSENT);
    run.jobIsOver();
  }

  @Test
  void knowsThatATransientGuestEndedOfWhichNothingIsLeft() {
    callOfATransientGuest();
    run.callFails(55, 20, "domain is not running");
    run.lookUntilTheEnd();
    assertThat(run.migration().state()).isEqualTo(MigrationState.FAILED);
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DOMAIN_NOT_RUNNING);
    assertThat(run.failure().problem().detail()).contains("It was transient");
    assertThat(run.migration().location()).isEqualTo(DomainLocation.NEITHER);
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED", "kvm-b vdb DELETED");
  }

  /** It may have left by another's hand before, or have arrived and ended there. */
  @ParameterizedTest
  @CsvSource({"42, 10", "38, 7"})
  void asksAPersonWhereATransientGuestIsThatMayBeElsewhere(int code, int domain) {
    callOfATransientGuest();
    run.callFails(code, domain, "its words");
    run.settle();
    requireAPersonToDecide(DomainLocation.NEITHER);
  }

  @Test
  void asksAPersonWhereATransientGuestIsThatWasSeenAtTheDestination() {
    run.guest(Domains.transientOf(run.guest()));
    run.poolsOnBothHosts();
    run.call(PLAIN);
    run.destination(DomainState.RUNNING_MIGRATED);
    run.source(DomainState.PAUSED_MIGRATION);
    run.look();
    run.destination(DomainState.ABSENT);
    run.source(DomainState.ABSENT);
    run.jobIsOver();
    run.callFails(55, 20, "domain is not running");
    run.settle();
    requireAPersonToDecide(DomainLocation.NEITHER);
  }

  @Test
  void deletesLaterWhatItCanNotDeleteNow() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.volumes().away(true);
    run.rollBack();
    run.lookFor(Duration.ofSeconds(10));
    assertThat(run.migration().state()).isEqualTo(MigrationState.FINISHING);
    run.volumes().away(false);
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED", "kvm-b vdb DELETED");
  }

  /** The time in which nobody could ask it for anything is not the patience with it. */
  @Test
  void deletesWhatItCanNotDeleteRightAfterTheDestinationIsBack() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.rollBack();
    run.volumes().away(true);
    run.look();
    assertThat(run.migration().state()).isEqualTo(MigrationState.FINISHING);
    run.hosts().cutOff("kvm-b");
    run.lookFor(PlayedRun.PATIENCE.plusSeconds(10));
    assertThat(run.migration().state()).isEqualTo(MigrationState.RECOVERING);
    run.hosts().bringBack("kvm-b");
    run.lookFor(Duration.ofSeconds(10));
    assertThat(run.migration().state()).isEqualTo(MigrationState.FINISHING);
    run.volumes().away(false);
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED", "kvm-b vdb DELETED");
  }

  /** As where its daemon keeps a domain locked: the destination answers, and not that. */
  @Test
  void leavesWhatItCanNotDeleteAndLetsTheSlotsGo() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.volumes().away(true);
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb LEFT");
  }

  /** Whatever has their names by then may be a backup that somebody put there. */
  @Test
  void leavesCopiesThatNobodySawForLong() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.lookFor(Duration.ofSeconds(3));
    run.hosts().cutOff("kvm-b");
    run.lookFor(Duration.ofSeconds(61));
    assertThat(run.migration().state()).isEqualTo(MigrationState.RECOVERING);
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb LEFT");
  }

  /** 7 MiB of vda come along. */
  private void copiedAtAMiBASecond() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    for (int seconds = 0; seconds < 8; seconds++) {
      run.copied(seconds * MIB);
      run.stamped("kvm-b", "vda.raw", 64 * MIB, seconds * MIB, NOON.plusSeconds(seconds));
      run.lookFor(Duration.ofSeconds(1));
    }
  }

  /** The first look at it comes after the job has ended, as where the destination was silent. */
  @Test
  void leavesWhatTakesMoreThanWasCopiedByTheEnd() {
    copiedAtAMiBASecond();
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 60 * MIB, NOON.plusSeconds(60));
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb DELETED");
  }

  @Test
  void deletesWhatItsCopyBroughtByTheEnd() {
    copiedAtAMiBASecond();
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 9 * MIB, NOON.plusSeconds(60));
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED", "kvm-b vdb DELETED");
  }

  @Test
  void endsAMigrationWhoseCopyHasNowhereToGoAnyMore() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.volumes().vanish("kvm-b", "images", "vdb.raw");
    run.lookFor(Duration.ofSeconds(3));
    assertThat(run.hosts().aborts()).isNotEmpty();
    run.jobIsOver();
    run.callFails(78, 10, "canceled by client");
    run.lookUntilTheEnd();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(run.failure().problem().detail()).contains("/srv/vdb.raw vanished");
  }

  /** While it waits in the queue, a pool is started that shows where the images go. */
  @Test
  void looksForTheImagesOfTheLastPlanAndOfNoEarlierOne() {
    run.submit(PLAIN);
    run.poolAtTheDestination();
    run.begin();
    assertThat(run.volumes().deeds()).contains("made kvm-b/images/vda.raw");
    run.volumes().vanish("kvm-b", "images", "vda.raw");
    run.lookFor(Duration.ofSeconds(3));
    assertThat(run.hosts().aborts()).isNotEmpty();
  }

  @Test
  void showsLibvirtSecretsThatNobodyElseSees() {
    run.poolAtTheDestination();
    run.submit(
        new GivenSpec(run.guest().name())
            .copying("vda", "vdb")
            .placing("vda", "images", "root.raw")
            .with(PLAIN)
            .build());
    run.begin();
    assertThat(run.hosts().made().getFirst().parameters().get("destination_xml").orElseThrow())
        .hasToString("Text[value=<domain>LIVE secret {vda=/srv/root.raw}</domain>]");
    assertThat(run.migration().call().parameters().toString())
        .contains("<domain>LIVE open {vda=/srv/root.raw}</domain>")
        .contains("<domain>PERSISTENT open {vda=/srv/root.raw}</domain>")
        .doesNotContain("secret");
  }

  @Test
  void deletesTheOriginalsOnceTheDestinationRunsOnItsCopies() {
    run.poolsOnBothHosts();
    run.call(DELETING);
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates())
        .containsExactly(
            "kvm-b vda KEPT", "kvm-b vdb KEPT", "kvm-a vda DELETED", "kvm-a vdb DELETED");
    assertThat(run.volumes().deeds())
        .endsWith("deleted kvm-a/images/vda.raw", "deleted kvm-a/images/vdb.raw");
  }

  private static final Instant NOON = Instant.parse("2026-05-01T12:00:00.123456789Z");

  /** Images on both hosts, with data at the source, and none at the destination. */
  private void imagesWithTimes() {
    run.poolAtTheDestination();
    run.volumes().pool("kvm-a", new StoragePool("images", "dir", "/srv", 0));
    run.stamped("kvm-a", "vda.raw", 64 * MIB, 5 * MIB, NOON);
    run.stamped("kvm-a", "vdb.raw", 64 * MIB, 6 * MIB, NOON);
    run.takes(5 * MIB, 6 * MIB);
  }

  private List<String> left() {
    return run.migration().leaves().stream()
        .map(image -> image.name().host() + " " + image.name().path())
        .toList();
  }

  private Map<ImageName, VolumeMark> own() {
    return run.own(run.guest().uuid());
  }

  @Test
  void knowsWhatTheGuestLeftAtTheSourceAsItsOwn() {
    imagesWithTimes();
    run.call(MigrationOptions.NONE);
    run.stamped("kvm-a", "vda.raw", 64 * MIB, 9 * MIB, NOON.plusSeconds(5));
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(left()).containsExactly("kvm-a /srv/vda.raw", "kvm-a /srv/vdb.raw");
    assertThat(own().get(new ImageName("kvm-a", "/srv/vda.raw")))
        .extracting(VolumeMark::timestamps)
        .as("as it is when the guest has left")
        .isEqualTo(new Timestamps(NOON.plusSeconds(5), NOON.plusSeconds(5)));
  }

  /** Of the file the pool tells its bytes, of the disk QEMU tells whole sectors. */
  @Test
  void knowsAnOriginalAgainWhoseLastSectorIsNotWhole() {
    imagesWithTimes();
    run.stamped("kvm-a", "vda.raw", 64 * MIB - 100, 5 * MIB, NOON);
    run.call(MigrationOptions.NONE);
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(left()).containsExactly("kvm-a /srv/vda.raw", "kvm-a /srv/vdb.raw");
  }

  @Test
  void knowsNothingOfWhatItDeletedOrCouldNotSee() {
    imagesThatAreOpen();
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).contains("kvm-a vda DELETED", "kvm-a vdb DELETED");
    assertThat(own()).isEmpty();
  }

  @Test
  void knowsAnEmptyImageThatItWroteIntoForNothingAsTheDomainsOwn() {
    imagesWithTimes();
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 0, NOON);
    run.call(MigrationOptions.NONE);
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 2 * MIB, NOON.plusSeconds(9));
    run.look();
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED");
    assertThat(left()).containsExactly("kvm-b /srv/vdb.raw");
    run.submit(MigrationOptions.NONE);
    assertThat(run.migration().plan().disks())
        .extracting(VolumePlan::found)
        .containsExactly(DestinationImage.ABSENT, DestinationImage.OWN);
  }

  /** The rest can't be cleaned up yet, and meanwhile somebody restores a file there. */
  @Test
  void takesNoFileForTheDomainsOwnThatTookThePlaceOfOneThatNobodyCopiesIntoAnyMore() {
    imagesWithTimes();
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 0, NOON);
    run.call(MigrationOptions.NONE);
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 2 * MIB, NOON.plusSeconds(9));
    run.look();
    run.volumes().away(true);
    run.rollBack();
    run.look();
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 9 * MIB, NOON.plusSeconds(60));
    run.lookFor(Duration.ofSeconds(3));
    run.volumes().away(false);
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED");
    assertThat(own()).isEmpty();
  }

  @Test
  void doesNotTakeOverAnImageThatHeldWhatNobodyKnowsOrThatWasReplaced() {
    imagesWithTimes();
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 2 * MIB, NOON);
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 0, NOON);
    run.call(new GivenOptions().overwriting(Overwrite.ANY).build());
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 2 * MIB, NOON.minusSeconds(60));
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(own()).isEmpty();
  }

  @Test
  void keepsAnOriginalWhoseCopyItDidNotMake() {
    run.poolsOnBothHosts();
    run.raw("kvm-b", "vdb.raw", 64 * MIB);
    run.call(DELETING);
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates())
        .containsExactly("kvm-b vda KEPT", "kvm-a vda DELETED", "kvm-a vdb LEFT");
  }

  @Test
  void keepsAnOriginalThatAnotherDomainOfTheSourceUses() {
    run.poolsOnBothHosts();
    run.hosts().put("kvm-a", Domains.running("other", Domains.disk("vdb")));
    run.call(DELETING);
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).contains("kvm-a vda DELETED", "kvm-a vdb LEFT");
    assertThat(run.volumes().deeds()).doesNotContain("deleted kvm-a/images/vdb.raw");
  }

  @Test
  void keepsOriginalsThatNoPoolKnows() {
    run.poolAtTheDestination();
    run.call(DELETING);
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).contains("kvm-a vda LEFT", "kvm-a vdb LEFT");
    assertThat(run.volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted"));
  }

  @Test
  void keepsTheOriginalsWhenTheDestinationRunsOnSomethingElse() {
    run.poolsOnBothHosts();
    run.call(DELETING);
    run.hosts()
        .put(
            "kvm-b",
            new DomainDescription(
                run.guest().name(),
                run.guest().uuid(),
                null,
                DomainState.RUNNING_MIGRATED,
                true,
                false,
                MIB,
                Domains.MACHINE,
                List.of(Domains.network("vda"), Domains.disk("vdb")),
                true));
    run.source(DomainState.ABSENT);
    run.callReturns();
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(run.volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted"));
    assertThat(run.fates()).contains("kvm-a vda LEFT", "kvm-a vdb LEFT");
  }

  @Test
  void neverDeletesOriginalsOfAMigrationThatDidNotSucceed() {
    run.poolsOnBothHosts();
    run.call(DELETING);
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED", "kvm-b vdb DELETED");
    assertThat(run.volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted kvm-a"));
  }

  @Test
  void leavesAVolumeThatAnotherDomainUsesByNow() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.hosts().put("kvm-b", Domains.running("clone", Domains.disk("vda")));
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb DELETED");
    assertThat(run.volumes().deeds()).doesNotContain("deleted kvm-b/images/vda.raw");
  }

  @Test
  void leavesAVolumeThatAStoppedDomainNamesByItsPoolByNow() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.hosts()
        .define(
            "kvm-b",
            UUID.randomUUID(),
            "<domain><devices><disk type='volume'><source pool='images' volume='vda.raw'/></disk>"
                + "</devices></domain>");
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb DELETED");
  }

  @Test
  void leavesAVolumeThatSomebodyPutInThePlaceOfItsOwn() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.volumes().vanish("kvm-b", "images", "vda.raw");
    run.raw("kvm-b", "vda.raw", 65 * MIB);
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb DELETED");
    assertThat(run.migration().volumes().getFirst().reason()).contains("Another file has its name");
  }

  @Test
  void leavesAVolumeThatWasReplacedByALesserOneWhileItWasCopiedInto() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 32 * MIB, Instant.parse("2026-11-28T12:00:00Z"));
    run.lookFor(Duration.ofSeconds(3));
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 0, Instant.parse("2026-11-28T12:00:03Z"));
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb DELETED");
  }

  @Test
  void leavesAVolumeThatIsReplacedWhileItIsNotCertainWhereTheGuestIs() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.rollBack();
    run.volumes().away(true);
    run.look();
    assertThat(run.migration().state()).isEqualTo(MigrationState.FINISHING);
    run.volumes().vanish("kvm-b", "images", "vda.raw");
    run.stamped("kvm-b", "vda.raw", 64 * MIB, MIB, Instant.parse("2026-11-28T12:00:00Z"));
    run.volumes().away(false);
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb DELETED");
  }

  @Test
  void keepsAnOriginalThatAStoppedDomainNamesByItsPool() {
    run.poolsOnBothHosts();
    run.hosts()
        .define(
            "kvm-a",
            UUID.randomUUID(),
            "<domain><devices><disk type='volume'><source pool='images' volume='vdb.raw'/></disk>"
                + "</devices></domain>");
    run.call(DELETING);
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).contains("kvm-a vda DELETED", "kvm-a vdb LEFT");
  }

  @Test
  void keepsAFileThatIsNotTheOneThatWasCopied() {
    imagesThatAreOpen();
    run.stamped("kvm-a", "vda.raw", 32 * MIB, 9 * MIB, NOON.plusSeconds(5));
    run.stamped("kvm-a", "vdb.raw", 64 * MIB, 9 * MIB, NOON.minusSeconds(5));
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).contains("kvm-a vda LEFT", "kvm-a vdb LEFT");
    assertThat(run.migration().volumes().getLast().reason()).contains("Another file has its name");
    assertThat(own()).isEmpty();
  }

  /** QEMU has files open that take 5 and 6 MiB, on whichever host. */
  private void imagesThatAreOpen() {
    imagesWithTimes();
    run.call(DELETING);
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 5 * MIB, NOON);
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 6 * MIB, NOON);
  }

  @Test
  void leavesACopyThatQemuDoesNotHaveOpenAndTheOriginalAsWell() {
    imagesThatAreOpen();
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 7 * MIB, NOON);
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates())
        .containsExactly("kvm-b vda KEPT", "kvm-b vdb LEFT", "kvm-a vda DELETED", "kvm-a vdb LEFT");
    assertThat(run.migration().volumes().get(1).reason())
        .startsWith("The guest writes into another file");
  }

  @Test
  void tellsOfAnImageThatWasThereAndThatQemuDoesNotHaveOpen() {
    imagesWithTimes();
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 0, NOON);
    run.call(PLAIN);
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 5 * MIB, NOON);
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 12 * MIB, NOON.plusSeconds(5));
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda KEPT", "kvm-b vdb LEFT");
  }

  @Test
  void takesNoFileForTheDomainsOwnThatTookThePlaceOfOneThatWasThere() {
    imagesWithTimes();
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 0, NOON);
    run.call(PLAIN);
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 16 * MIB, NOON.plusSeconds(5));
    run.lookFor(Duration.ofSeconds(3));
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 12 * MIB, NOON.plusSeconds(9));
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(own()).isEmpty();
  }

  @Test
  void takesNoFileForTheDomainsOwnThatNoRunSawOpen() {
    imagesWithTimes();
    run.call(PLAIN);
    run.begin();
    run.stamped("kvm-a", "vda.raw", 64 * MIB, 9 * MIB, NOON.plusSeconds(5));
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(own()).isEmpty();
  }

  @Test
  void endsACopyWhoseVolumeIsReplacedByOneOfAnotherSize() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.raw("kvm-b", "vdb.raw", 63 * MIB);
    run.lookFor(Duration.ofSeconds(3));
    assertThat(run.hosts().aborts()).isNotEmpty();
    run.jobIsOver();
    run.callFails(78, 10, "canceled by client");
    run.lookUntilTheEnd();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(run.failure().problem().detail()).contains("/srv/vdb.raw was replaced");
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED", "kvm-b vdb LEFT");
  }

  /** A guest may have an image of another guest on its disk. */
  @Test
  void takesWhatIsCopiedForNoFormatOfTheVolume() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.volumes()
        .volume(
            "kvm-b",
            new StorageVolume(
                "images",
                "vdb.raw",
                "/srv/vdb.raw",
                "qcow2",
                MIB,
                0,
                0,
                null,
                null,
                false,
                null,
                null));
    run.lookFor(Duration.ofSeconds(3));
    assertThat(run.hosts().aborts()).isEmpty();
  }

  @Test
  void keepsAFileThatQemuDidNotHaveOpenWhenItWasLookedAt() {
    imagesThatAreOpen();
    run.stamped("kvm-a", "vdb.raw", 64 * MIB, 7 * MIB, NOON.plusSeconds(5));
    run.lookFor(Duration.ofSeconds(3));
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).contains("kvm-a vda DELETED", "kvm-a vdb LEFT");
    assertThat(own()).isEmpty();
  }

  /** The guest leaves long before all of it is at the destination. */
  @Test
  void keepsAFileThatTookThePlaceOfAnOriginalInPostCopy() {
    imagesWithTimes();
    run.call(new GivenOptions().postCopy().deletingOriginals().build());
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 5 * MIB, NOON);
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 6 * MIB, NOON);
    run.memory(10 * MIB, 118 * MIB);
    run.source(DomainState.PAUSED_POSTCOPY);
    run.destination(DomainState.RUNNING_POSTCOPY);
    run.look();
    run.stamped("kvm-a", "vdb.raw", 64 * MIB, 32 * MIB, NOON.plusSeconds(5));
    run.lookFor(Duration.ofSeconds(3));
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).contains("kvm-a vda DELETED", "kvm-a vdb LEFT");
    assertThat(own()).isEmpty();
  }

  /** It is gone from the source, and nobody knows yet that it arrived. */
  private void restoredWhileTheDestinationIsSilent() {
    run.look();
    run.hosts().cutOff("kvm-b");
    run.destination(DomainState.RUNNING_MIGRATED);
    run.hosts().remove("kvm-a", run.guest().uuid());
    run.look();
    run.stamped("kvm-a", "vdb.raw", 64 * MIB, 6 * MIB, NOON.plusSeconds(60));
    run.lookFor(Duration.ofMinutes(1));
    run.hosts().bringBack("kvm-b");
    run.callReturns();
    run.lookUntil(MigrationState.SUCCEEDED);
  }

  @Test
  void keepsAFileThatTookThePlaceOfAnOriginalAfterTheGuestHadLeft() {
    imagesThatAreOpen();
    restoredWhileTheDestinationIsSilent();
    assertThat(run.fates()).contains("kvm-a vda DELETED", "kvm-a vdb LEFT");
    assertThat(run.migration().volumes().getLast().reason()).contains("Another file has its name");
  }

  @Test
  void takesNoFileForTheDomainsOwnThatTookThePlaceOfAnOriginalAfterTheGuestHadLeft() {
    imagesWithTimes();
    run.call(PLAIN);
    restoredWhileTheDestinationIsSilent();
    assertThat(left()).containsExactly("kvm-a /srv/vda.raw");
  }

  /** A pool that is read anew for the deletion of one learns what the others are. */
  @Test
  void deletesAnOriginalThatItsPoolTakesForAnotherFormatByThen() {
    imagesThatAreOpen();
    run.look();
    run.hosts().cutOff("kvm-b");
    run.destination(DomainState.RUNNING_MIGRATED);
    run.hosts().remove("kvm-a", run.guest().uuid());
    run.look();
    run.volumes()
        .volume(
            "kvm-a",
            new StorageVolume(
                "images",
                "vdb.raw",
                "/srv/vdb.raw",
                "vpc",
                MIB,
                6 * MIB,
                64 * MIB,
                null,
                null,
                false,
                null,
                new Timestamps(NOON, NOON)));
    run.hosts().bringBack("kvm-b");
    run.callReturns();
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(run.fates()).contains("kvm-a vda DELETED", "kvm-a vdb DELETED");
  }

  @Test
  void keepsOriginalsThatItDidNotSeeBeingLeft() {
    imagesThatAreOpen();
    run.look();
    run.hosts().cutOff("kvm-a");
    run.lookFor(Duration.ofMinutes(1));
    run.hosts().bringBack("kvm-a");
    run.destination(DomainState.RUNNING_MIGRATED);
    run.source(DomainState.SHUTOFF_MIGRATED);
    run.callReturns();
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(run.fates()).contains("kvm-a vda LEFT", "kvm-a vdb LEFT");
    assertThat(own()).isEmpty();
  }

  /** QEMU keeps to the length that a file had when it was opened. */
  @Test
  void keepsAnOriginalThatIsLongerThanItsCopy() {
    imagesWithTimes();
    run.stamped("kvm-a", "vdb.raw", 72 * MIB, 6 * MIB, NOON);
    run.call(DELETING);
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 5 * MIB, NOON);
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 6 * MIB, NOON);
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).contains("kvm-a vda DELETED", "kvm-a vdb LEFT");
    assertThat(run.migration().volumes().getLast().reason()).startsWith("It is longer");
  }

  /** Of a file that takes nothing libvirt tells how long the one is that has the path. */
  @Test
  void keepsAFullFileInThePlaceOfAnOriginalThatTakesNothing() {
    run.poolsOnBothHosts();
    run.call(DELETING);
    run.stamped("kvm-a", "vdb.raw", 64 * MIB, 64 * MIB, NOON);
    run.lookFor(Duration.ofSeconds(3));
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).contains("kvm-a vda DELETED", "kvm-a vdb LEFT");
    assertThat(left()).isEmpty();
  }

  @Test
  void keepsAFileThatTakesAsMuchAsAnOriginalAndIsOlder() {
    imagesThatAreOpen();
    run.stamped("kvm-a", "vdb.raw", 64 * MIB, 6 * MIB, NOON.minusSeconds(5));
    run.lookFor(Duration.ofSeconds(3));
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).contains("kvm-a vda DELETED", "kvm-a vdb LEFT");
    assertThat(left()).isEmpty();
  }

  @Test
  void keepsAnOriginalOfWhichQemuNeverTold() {
    run.poolsOnBothHosts();
    run.takes(64 * MIB, 0);
    run.call(DELETING);
    run.takes(64 * MIB, 64 * MIB);
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).contains("kvm-a vda DELETED", "kvm-a vdb LEFT");
    assertThat(left()).isEmpty();
  }

  @Test
  void keepsAnOriginalOfWhichQemuTellsNoMoreWhileTheGuestRunsThere() {
    run.poolsOnBothHosts();
    run.call(DELETING);
    run.takes(64 * MIB, 0);
    run.lookFor(Duration.ofSeconds(5));
    run.takes(64 * MIB, 64 * MIB);
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).contains("kvm-a vda DELETED", "kvm-a vdb LEFT");
  }

  /** A loop device, or a file of /dev/shm: nothing that libvirt tells of it is QEMU's. */
  @Test
  void keepsAnOriginalThatCanNotBeComparedWithWhatQemuHasOpen() {
    run.guest(
        Domains.running(
            "web",
            Domains.onImage("vda", new DiskImage(SourceType.FILE, "/dev/shm/vda.raw", "raw", null))
                .sized(64 * MIB, 64 * MIB)));
    for (String host : List.of("kvm-a", "kvm-b")) {
      run.volumes().pool(host, new StoragePool("shm", "dir", "/dev/shm", 1024 * MIB));
    }
    run.volumes()
        .volume(
            "kvm-a",
            new StorageVolume(
                "shm",
                "vda.raw",
                "/dev/shm/vda.raw",
                "raw",
                64 * MIB,
                64 * MIB,
                64 * MIB,
                null,
                null,
                false,
                null,
                null));
    run.submit(new GivenSpec("web").copying("vda").with(DELETING).build());
    run.begin();
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda KEPT", "kvm-a vda LEFT");
  }

  @Test
  void keepsAnOriginalOfWhoseCopyQemuTellsNothing() {
    run.poolsOnBothHosts();
    run.call(DELETING);
    run.takes(64 * MIB, 0);
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates())
        .containsExactly("kvm-b vda KEPT", "kvm-b vdb KEPT", "kvm-a vda DELETED", "kvm-a vdb LEFT");
    assertThat(run.migration().volumes().getLast().reason())
        .isEqualTo("The guest is not seen to write into its copy.");
  }

  /** The image of vda at the destination grows with its copy, and then something else is there. */
  private void replacedByWhatTakesMore() {
    run.copied(4 * MIB);
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 4 * MIB, NOON.plusSeconds(1));
    run.lookFor(Duration.ofSeconds(3));
    run.copied(8 * MIB);
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 64 * MIB, NOON.plusSeconds(4));
    run.lookFor(Duration.ofSeconds(3));
    run.copied(64 * MIB);
    run.lookFor(Duration.ofSeconds(3));
    run.rollBack();
    run.lookUntilTheEnd();
  }

  @Test
  void leavesAVolumeThatTakesMoreThanWasCopiedIntoIt() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    replacedByWhatTakesMore();
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb DELETED");
  }

  /** Somebody else's file is there before anybody looked. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void leavesAVolumeThatTookTooMuchBeforeTheFirstLook(boolean counted) {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 40 * MIB, NOON);
    if (!counted) {
      run.lookFor(Duration.ofSeconds(3));
    }
    run.copied(8 * MIB);
    run.lookFor(Duration.ofSeconds(3));
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb DELETED");
  }

  @Test
  void takesNoImageForTheDomainsOwnThatTakesMoreThanWasCopiedIntoIt() {
    imagesWithTimes();
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 0, NOON);
    run.call(PLAIN);
    replacedByWhatTakesMore();
    assertThat(own()).isEmpty();
  }

  @Test
  void leavesAVolumeOfWhoseCopyNothingIsToldAnyMore() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.copied(4 * MIB);
    run.lookFor(Duration.ofSeconds(3));
    run.hosts().forgetBlockJobs(run.guest().uuid());
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 64 * MIB, NOON);
    run.lookFor(Duration.ofSeconds(5));
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb DELETED");
  }

  @Test
  void deletesAVolumeThatGrewWithItsCopy() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    for (long mib : List.of(0L, 20L, 45L, 64L)) {
      run.copied(mib * MIB);
      run.stamped("kvm-b", "vda.raw", 64 * MIB, (mib + 1) * MIB, NOON.plusSeconds(mib));
      run.lookFor(Duration.ofSeconds(3));
    }
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED", "kvm-b vdb DELETED");
  }

  @Test
  void deletesAVolumeWhoseCopyEndsSomeTimeBeforeItsJob() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.copied(4 * MIB);
    run.look();
    run.cancel();
    run.look();
    run.hosts().forgetBlockJobs(run.guest().uuid());
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 8 * MIB, NOON);
    run.lookFor(Duration.ofSeconds(9));
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED", "kvm-b vdb DELETED");
  }

  /** As QEMU 10.0 does with a raw image that is all holes, and counts none of it. */
  @Test
  void deletesAVolumeThatWasFilledWithZeroesBeforeItsCopyHadASize() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 40 * MIB, NOON);
    run.lookFor(Duration.ofSeconds(3));
    run.copied(MIB);
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 64 * MIB, NOON.plusSeconds(2));
    run.lookFor(Duration.ofSeconds(3));
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED", "kvm-b vdb DELETED");
  }

  @Test
  void keepsAnOriginalThatLooksLikeAnotherFile() {
    run.poolsOnBothHosts();
    Instant written = Instant.parse("2026-11-28T12:00:00Z");
    run.call(DELETING);
    run.stamped("kvm-a", "real.raw", 64 * MIB, MIB, written);
    run.stamped("kvm-a", "vdb.raw", 64 * MIB, MIB, written);
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).contains("kvm-a vda DELETED", "kvm-a vdb LEFT");
    assertThat(run.migration().volumes().getLast().reason())
        .isEqualTo("/srv/vdb.raw looks like /srv/real.raw, one file of kvm-a by two names.");
  }

  @Test
  void deletesTwoOriginalsThatLookAlike() {
    run.poolsOnBothHosts();
    run.call(DELETING);
    Instant written = Instant.parse("2026-11-28T12:00:00Z");
    run.stamped("kvm-a", "vda.raw", 64 * MIB, MIB, written);
    run.stamped("kvm-a", "vdb.raw", 64 * MIB, MIB, written);
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).contains("kvm-a vda DELETED", "kvm-a vdb DELETED");
  }

  @Test
  void namesTheFileAtTheSourceThatItDidNotDelete() {
    run.poolAtTheDestination();
    run.submit(
        new GivenSpec(run.guest().name())
            .copying("vda", "vdb")
            .placing("vda", "images", "root.raw")
            .with(DELETING)
            .build());
    run.begin();
    run.arrive();
    run.lookUntil(migration -> migration.state().terminal());
    assertThat(run.migration().volumes())
        .filteredOn(volume -> volume.host().equals("kvm-a"))
        .extracting(VolumeRecord::path)
        .contains("/srv/vda.raw")
        .doesNotContain("/srv/root.raw");
  }

  // Both hosts ran the guest.

  /**
   * The source goes on behind the migration's back; then somebody pauses it, and lets the copy run.
   */
  private void fork(MigrationOptions options) {
    run.poolsOnBothHosts();
    run.call(options);
    run.jobIsOver();
    run.source(DomainState.RUNNING_MIGRATION_CANCELED);
    run.destination(DomainState.PAUSED_USER);
    run.callFails(38, 7, "End of file while reading data");
    run.lookUntil(MigrationState.NEEDS_ATTENTION);
    run.source(DomainState.PAUSED_USER);
    run.destination(DomainState.RUNNING_UNPAUSED);
    run.hosts().completed(run.guest().uuid(), new CompletedJob(41L, 1_000, 10 * MIB));
    run.settle();
  }

  @Test
  void namesNoCopyTheRightOneOfWhichBothMayHaveRun() {
    fork(new GivenOptions().startPaused().deletingOriginals().build());
    assertThat(run.migration().location()).isEqualTo(DomainLocation.BOTH);
    assertThat(run.attention().advice()).startsWith("Find out which copy is the right one");
    run.destination(DomainState.PAUSED_USER);
    run.settle();
    assertThat(run.migration().location()).as("for good").isEqualTo(DomainLocation.BOTH);
    assertThat(run.attention().advice()).startsWith("Find out which copy is the right one");
  }

  @Test
  void keepsWhatTheSourceWroteWhenAPersonChoseTheDestination() {
    fork(new GivenOptions().startPaused().deletingOriginals().build());
    run.source(DomainState.SHUTOFF_DESTROYED);
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(run.hosts().remarks()).doesNotContain("undefine kvm-a");
    assertThat(run.volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted"));
    assertThat(run.history().getLast().cause()).contains("images are kept");
  }

  @Test
  void leavesWhatTheDestinationWroteWhenAPersonChoseTheSource() {
    fork(new GivenOptions().startPaused().build());
    run.destination(DomainState.ABSENT);
    run.source(DomainState.RUNNING_UNPAUSED);
    run.lookUntil(MigrationState.FAILED);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.SOURCE);
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb LEFT");
    assertThat(run.failure().problem().detail()).contains("may have run it as well");
  }

  /** Somebody ends the incoming guest and starts it anew, on half a copy. */
  @Test
  void leavesWhatACopyWroteThatWasStartedBesideTheWaitingSource() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.jobIsOver();
    run.source(DomainState.PAUSED_MIGRATION);
    run.destination(DomainState.RUNNING_BOOTED);
    run.callFails(38, 7, "End of file while reading data");
    run.lookUntil(MigrationState.NEEDS_ATTENTION);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.BOTH);
    run.destination(DomainState.ABSENT);
    run.source(DomainState.RUNNING_UNPAUSED);
    run.lookUntil(MigrationState.FAILED);
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb LEFT");
  }

  /** The run that made the call is gone, and the job is over before another looks. */
  private void endUnheard() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.begin();
    run.jobIsOver();
  }

  /**
   * It arrived and ran while nobody watched; then it was stopped there and started at the source.
   */
  @Test
  void asksAPersonAboutAGuestThatMayHaveRunAtTheDestinationUnseen() {
    endUnheard();
    run.source(DomainState.ABSENT);
    run.source(DomainState.RUNNING_BOOTED);
    run.destination(DomainState.SHUTOFF_DESTROYED);
    run.settle();
    requireAPersonToDecide(DomainLocation.SOURCE);
    run.destination(DomainState.ABSENT);
    run.settle();
    requireAPersonToDecide(DomainLocation.SOURCE);
  }

  /** libvirt shows the last reason of a state alone, and pausing gives it another. */
  @Test
  void remembersThatAGuestWasStartedAnewAtTheDestination() {
    endUnheard();
    run.hosts().completed(run.guest().uuid(), new CompletedJob(41L, 1_000, 10 * MIB));
    run.source(DomainState.ABSENT);
    for (DomainState state :
        List.of(
            DomainState.RUNNING_BOOTED, DomainState.PAUSED_USER, DomainState.RUNNING_UNPAUSED)) {
      run.destination(state);
      run.settle();
      assertThat(run.migration().state()).isEqualTo(MigrationState.NEEDS_ATTENTION);
    }
    run.begin();
    run.settle();
    assertThat(run.migration().state()).isEqualTo(MigrationState.NEEDS_ATTENTION);
  }

  /** It had arrived; but what QEMU has open now was opened by a name that may be another's. */
  @Test
  void keepsTheOriginalsOfAGuestThatWasStartedAnewAfterItsArrival() {
    run.poolsOnBothHosts();
    run.call(DELETING);
    run.begin();
    run.jobIsOver();
    run.source(DomainState.SHUTOFF_MIGRATED);
    run.destination(DomainState.RUNNING_BOOTED);
    run.lookUntilTheEnd();
    assertThat(run.migration().state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(run.fates()).contains("kvm-a vda LEFT", "kvm-a vdb LEFT");
  }

  private void requireAPersonToDecide(DomainLocation where) {
    assertThat(run.migration().state()).isEqualTo(MigrationState.NEEDS_ATTENTION);
    assertThat(run.migration().location()).isEqualTo(where);
    assertThat(run.attention().advice()).contains("reason=migrated");
    assertThat(run.volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted"));
  }

  /** A transient one leaves nothing behind, and the service was held over all of it. */
  @Test
  void keepsWhatAGuestMayHaveWrittenThatIsStartedAnewAfterItWasGoneFromBothHosts() {
    endUnheard();
    run.source(DomainState.ABSENT);
    run.settle();
    requireAPersonToDecide(DomainLocation.NEITHER);
    run.source(DomainState.RUNNING_BOOTED);
    run.settle();
    requireAPersonToDecide(DomainLocation.SOURCE);
  }

  @Test
  void takesNoGuestForStayedThatCameBackWhileNobodyLooked() {
    endUnheard();
    run.source(DomainState.ABSENT);
    run.source(DomainState.RUNNING_MIGRATED);
    run.settle();
    requireAPersonToDecide(DomainLocation.SOURCE);
  }

  /** libvirt gives the same error for a success and for a roll-back. */
  @Test
  void takesNoGuestForStayedThatWasStartedAnewAfterTheCallFailed() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.jobIsOver();
    run.source(DomainState.ABSENT);
    run.source(DomainState.RUNNING_BOOTED);
    run.callFails(38, 7, "End of file while reading data");
    run.settle();
    requireAPersonToDecide(DomainLocation.SOURCE);
  }

  /** As after a loss of power at both hosts, which takes the reason away. */
  @ParameterizedTest
  @EnumSource(names = {"SHUTOFF_UNKNOWN", "SHUTOFF_CRASHED", "SHUTOFF_DESTROYED"})
  void saysOfNoGuestThatItStoppedAtTheSourceWhenNobodyHeardTheEnd(DomainState source) {
    endUnheard();
    run.source(source);
    run.settle();
    requireAPersonToDecide(DomainLocation.NEITHER);
  }

  private void looksAgainAfter(Duration time, DomainState source) {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.look();
    run.sleep(time);
    run.jobIsOver();
    run.source(source);
  }

  /** The connection to the source broke, and so the error tells nothing of the guest. */
  @ParameterizedTest
  @EnumSource(names = {"SHUTOFF_UNKNOWN", "SHUTOFF_CRASHED", "SHUTOFF_DESTROYED"})
  void takesABrokenConnectionForNoProofThatTheGuestStayedWhileNobodyLooked(DomainState source) {
    looksAgainAfter(Duration.ofMinutes(1), source);
    run.callFails(38, 7, "End of file while reading data");
    run.settle();
    requireAPersonToDecide(DomainLocation.NEITHER);
  }

  @Test
  void takesABrokenConnectionForNoProofWhileTheDestinationIsSilent() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.source(DomainState.PAUSED_MIGRATION);
    run.look();
    run.hosts().cutOff("kvm-b");
    run.lookFor(Duration.ofMinutes(1));
    run.hosts().bringBack("kvm-b");
    run.jobIsOver();
    run.source(DomainState.SHUTOFF_UNKNOWN);
    run.callFails(38, 7, "End of file while reading data");
    run.settle();
    requireAPersonToDecide(DomainLocation.NEITHER);
  }

  /** It was seen there, for less time than it takes to tell that it arrived. */
  @Test
  void knowsThatAGuestLeftThatItSawRunAtTheDestination() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.source(DomainState.PAUSED_MIGRATION);
    run.destination(DomainState.RUNNING_MIGRATED);
    run.look();
    run.jobIsOver();
    run.source(DomainState.SHUTOFF_UNKNOWN);
    run.destination(DomainState.ABSENT);
    run.callFails(1, 10, "internal error: QEMU unexpectedly closed the monitor");
    run.settle();
    requireAPersonToDecide(DomainLocation.NEITHER);
  }

  private void requireTheGuestToHaveStopped() {
    run.lookUntil(MigrationState.FAILED);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.NEITHER);
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DOMAIN_NOT_RUNNING);
  }

  @Test
  void knowsThatAGuestStoppedWhoseWayItWatched() {
    looksAgainAfter(Duration.ofSeconds(5), DomainState.SHUTOFF_UNKNOWN);
    run.callFails(38, 7, "End of file while reading data");
    requireTheGuestToHaveStopped();
  }

  /** As long as the source runs it as before, it went nowhere while nobody looked. */
  @Test
  void knowsThatAGuestStoppedThatWasStillAtTheSourceAfterABreak() {
    looksAgainAfter(Duration.ofMinutes(1), DomainState.RUNNING_BOOTED);
    run.look();
    run.source(DomainState.SHUTOFF_UNKNOWN);
    run.callFails(38, 7, "End of file while reading data");
    requireTheGuestToHaveStopped();
  }

  /** The source's libvirt itself ended its job. */
  @Test
  void believesLibvirtThatTheMigrationFailedThoughNobodyLooked() {
    looksAgainAfter(Duration.ofMinutes(1), DomainState.SHUTOFF_CRASHED);
    run.callFails(1, 10, "internal error: QEMU unexpectedly closed the monitor");
    requireTheGuestToHaveStopped();
  }

  private void requireThatNothingIsResumedOrDeleted() {
    assertThat(run.migration().state()).isEqualTo(MigrationState.NEEDS_ATTENTION);
    assertThat(run.hosts().remarks()).doesNotContain("resume kvm-b");
    assertThat(run.volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted"));
  }

  /** As it is once a link was lost in the switchover: libvirt lets the source go on. */
  private void switchOver(MigrationOptions options, DomainState there) {
    run.poolsOnBothHosts();
    run.hosts().completed(run.guest().uuid(), new CompletedJob(41L, 1_000, 10 * MIB));
    run.call(options);
    run.source(DomainState.PAUSED_MIGRATION);
    run.look();
    run.jobIsOver();
    run.destination(there);
    run.callFails(1, 7, "internal error: client socket is closed");
  }

  @Test
  void letsNoGuestRunThatTheSourceWentOnWith() {
    switchOver(new GivenOptions().guarded().deletingOriginals().build(), DomainState.PAUSED_USER);
    run.source(DomainState.RUNNING_MIGRATION_CANCELED);
    run.settle();
    assertThat(run.attention().advice()).contains("Destroy the destination's copy");
    run.source(DomainState.SHUTOFF_DESTROYED);
    run.settle();
    run.settle();
    requireThatNothingIsResumedOrDeleted();
    assertThat(run.migration().location()).isEqualTo(DomainLocation.NEITHER);
  }

  /** It is remembered: another run knows it too. */
  @Test
  void letsNoGuestRunThatAnEarlierRunSawGoOnAtTheSource() {
    switchOver(new GivenOptions().guarded().deletingOriginals().build(), DomainState.PAUSED_USER);
    run.source(DomainState.RUNNING_MIGRATION_CANCELED);
    run.settle();
    run.begin();
    run.source(DomainState.ABSENT);
    run.settle();
    requireThatNothingIsResumedOrDeleted();
  }

  @Test
  void letsNoGuestRunThatTheSourceMayHaveGoneOnWithWhileNobodyLooked() {
    switchOver(new GivenOptions().guarded().deletingOriginals().build(), DomainState.PAUSED_USER);
    run.sleep(Duration.ofSeconds(44));
    run.source(DomainState.SHUTOFF_SHUTDOWN);
    run.settle();
    requireThatNothingIsResumedOrDeleted();
  }

  @Test
  void believesNoArrivalOfAGuestThatMayHaveRunOnAtTheSourceWhileNobodyLooked() {
    switchOver(DELETING, DomainState.RUNNING_MIGRATED);
    run.sleep(Duration.ofSeconds(54));
    run.source(DomainState.SHUTOFF_SHUTDOWN);
    run.settle();
    requireThatNothingIsResumedOrDeleted();
    assertThat(run.migration().location()).isEqualTo(DomainLocation.DESTINATION);
    assertThat(run.attention().reason()).contains("may have gone on with it");
  }

  /** A source that is killed while it is paused by its migration never went on. */
  @Test
  void believesAnArrivalWhoseSourceItWatched() {
    switchOver(PLAIN, DomainState.RUNNING_MIGRATED);
    run.source(DomainState.SHUTOFF_CRASHED);
    run.lookUntil(MigrationState.SUCCEEDED);
  }

  /** Somebody destroys the guest, starts it, perhaps by another name, and migrates it by hand. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void leavesTheJobOfAGuestAloneThatWasStartedAnew(boolean callPending) {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.copied(4 * MIB);
    run.look();
    if (!callPending) {
      run.begin();
    }
    run.source(DomainState.ABSENT);
    run.source(DomainState.RUNNING_BOOTED);
    run.copied(40 * MIB);
    run.cancel();
    run.lookFor(Duration.ofSeconds(3));
    run.settle();
    assertThat(run.hosts().aborts()).isEmpty();
    assertThat(run.now().progress().disks().getFirst().bytesDone()).isLessThan(40 * MIB);
    assertThat(run.migration().state()).isEqualTo(MigrationState.NEEDS_ATTENTION);
    assertThat(run.attention().reason()).contains("started there anew");
    assertThat(run.fates()).containsExactly("kvm-b vda MADE", "kvm-b vdb MADE");
  }

  /** It is stopped, renamed and moved by hand while nobody looks. */
  @Test
  void takesNoCreditForAGuestThatArrivedByAnotherName() {
    run.poolsOnBothHosts();
    run.call(DELETING);
    run.begin();
    run.jobIsOver();
    run.source(DomainState.SHUTOFF_MIGRATED);
    run.hosts().show("kvm-b", renamed(run.guest(), "another"), DomainState.RUNNING_MIGRATED);
    run.settle();
    requireThatNothingIsResumedOrDeleted();
    assertThat(run.attention().reason()).contains("somebody else moved it");
  }

  /** The guest waits there for its release; somebody starts another one paused in its place. */
  @Test
  void letsNoGuestRunThatIsNotTheOneThatArrived() {
    run.call(GUARDED);
    run.memory(128 * MIB, 0);
    run.source(DomainState.PAUSED_MIGRATION);
    run.destination(DomainState.PAUSED_USER);
    run.look();
    run.source(DomainState.ABSENT);
    run.callReturns();
    run.hosts().show("kvm-b", renamed(run.guest(), "another"), DomainState.PAUSED_USER);
    run.lookFor(Duration.ofSeconds(10));
    assertThat(run.hosts().remarks()).doesNotContain("resume kvm-b");
    assertThat(run.migration().state()).isEqualTo(MigrationState.NEEDS_ATTENTION);
  }

  /** Its QEMU is stopped, so that libvirt can't tell of its job, and our call does not return. */
  @Test
  void cancelsAGuestWhoseQemuHangsAndGivesItsSlotsBack() {
    run.call(PLAIN);
    run.destination(DomainState.PAUSED_MIGRATION);
    run.copied(4 * MIB);
    run.look();
    run.hosts().job(run.guest().uuid(), Activity.UNKNOWN);
    run.lookFor(Duration.ofSeconds(15));
    assertThat(run.migration().state()).isEqualTo(MigrationState.MIGRATING);
    assertThat(run.now().progress().stalled()).isNotNull();
    run.cancel();
    run.look();
    assertThat(run.hosts().aborts()).hasSize(1);
    run.lookFor(Duration.ofSeconds(31));
    assertThat(run.migration().state()).isEqualTo(MigrationState.RECOVERING);
    assertThat(run.attention().reason()).contains("asked to abort the job");
    run.rollBack();
    run.lookUntil(MigrationState.CANCELLED);
  }

  /** Nobody asked for its end, and a limit does. */
  @Test
  void endsAGuestWhoseQemuHangsAtItsTimeLimit() {
    run.call(PLAIN);
    run.destination(DomainState.PAUSED_MIGRATION);
    run.copied(4 * MIB);
    run.look();
    run.hosts().job(run.guest().uuid(), Activity.UNKNOWN);
    run.lookFor(Duration.ofMinutes(5).plusSeconds(2));
    assertThat(run.hosts().aborts()).isNotEmpty();
  }

  private static DomainDescription renamed(DomainDescription guest, String name) {
    return new DomainDescription(
        name,
        guest.uuid(),
        guest.run(),
        guest.state(),
        guest.persistent(),
        guest.autostart(),
        guest.memoryBytes(),
        guest.machine(),
        guest.disks(),
        true);
  }

  @Test
  void tellsNothingToTheJobOfAGuestThatWasStartedAnewSinceTheLook() {
    run.call(PLAIN);
    run.hosts().blockJob(run.guest().uuid(), "vda", MIB, 64 * MIB);
    run.hosts().blockJob(run.guest().uuid(), "vdb", MIB, 64 * MIB);
    BothHosts hosts = run.passage().hosts();
    run.source(DomainState.ABSENT);
    run.source(DomainState.RUNNING_BOOTED);
    assertThatThrownBy(hosts::abort).hasMessageContaining("not ours");
    assertThat(hosts.tune(5)).isEmpty();
    assertThat(run.hosts().remarks()).doesNotContain("bandwidth 5");
    assertThat(run.hosts().aborts()).isEmpty();
  }

  /** A daemon that starts anew counts from the domains that run. */
  @Test
  void knowsAnotherRunOfTheSameNumberByItsProcessorTime() {
    run.hosts().spend("kvm-a", run.guest(), 60_000);
    endUnheard();
    run.source(DomainState.ABSENT);
    run.hosts().countAnew();
    run.source(DomainState.RUNNING_BOOTED);
    run.settle();
    requireAPersonToDecide(DomainLocation.SOURCE);
  }

  /** It is one more question, and one that a daemon with a hung guest may not answer. */
  @Test
  void asksForNoProcessorTimeAsLongAsItWatches() {
    run.call(PLAIN);
    run.lookFor(Duration.ofMinutes(1));
    assertThat(run.hosts().remarks()).doesNotContain("run kvm-a");
    run.sleep(Duration.ofMinutes(1));
    run.lookFor(Duration.ofMinutes(1));
    assertThat(run.hosts().remarks()).containsOnlyOnce("run kvm-a");
  }

  /** Somebody aborts the job, and moves the guest without its disks. */
  @Test
  void takesNoCreditForAGuestThatSomebodyElseMoved() {
    run.poolsOnBothHosts();
    run.hosts().completed(run.guest().uuid(), new CompletedJob(41L, 1_000, 10 * MIB));
    run.call(DELETING);
    run.jobIsOver();
    run.source(DomainState.ABSENT);
    run.destination(DomainState.RUNNING_MIGRATED);
    run.callFails(78, 10, "operation aborted: migration out job: canceled by client");
    run.settle();
    requireThatNothingIsResumedOrDeleted();
    assertThat(run.attention().reason()).contains("somebody else moved it");
  }

  /** It has the number that it had: so it was never anywhere else. */
  @Test
  void knowsAGuestThatNeverStoppedForOneThatStayedThoughNobodyHeardTheEnd() {
    endUnheard();
    run.source(DomainState.RUNNING_UNPAUSED);
    run.lookUntil(MigrationState.FAILED);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.SOURCE);
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED", "kvm-b vdb DELETED");
  }

  @Test
  void looksOnceMoreBeforeItSaysThatAGuestIsAtTheDestination() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.hosts()
        .whenCompletedJobIsAsked(() -> {
          run.destination(DomainState.ABSENT);
          run.source(DomainState.RUNNING_MIGRATED);
          run.jobIsOver();
        });
    run.arrive();
    run.settle();
    run.settle();
    requireAPersonToDecide(DomainLocation.SOURCE);
  }

  // A guarded switchover.

  @Test
  void letsAGuardedGuestRunOnlyAfterTheSourceLetGo() {
    run.call(GUARDED);
    assertThat(run.hosts().made().getFirst().flags()).contains(MigrateFlag.PAUSED);
    run.memory(128 * MIB, 0);
    run.source(DomainState.PAUSED_MIGRATION);
    run.destination(DomainState.PAUSED_USER);
    run.lookFor(Duration.ofSeconds(10));
    assertThat(run.migration().phase()).isEqualTo(Phase.SWITCHOVER);
    assertThat(run.hosts().remarks()).doesNotContain("resume kvm-b");
    run.source(DomainState.ABSENT);
    run.callReturns();
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(run.hosts().remarks()).containsOnlyOnce("resume kvm-b");
  }

  /** Its QEMU hangs right at the arrival. */
  @Test
  void tellsOnceThatAGuardedGuestDoesNotRun() {
    run.call(GUARDED);
    run.destination(DomainState.PAUSED_USER);
    run.source(DomainState.ABSENT);
    run.callReturns();
    run.hosts()
        .before(
            "resume kvm-b",
            () -> {
              throw LibvirtFailure.ofSilentGuest();
            });
    run.lookFor(Duration.ofSeconds(10));
    assertThat(run.migration().state()).isEqualTo(MigrationState.NEEDS_ATTENTION);
    int told = run.history().size();
    run.lookFor(Duration.ofMinutes(1));
    assertThat(run.migration().state()).isEqualTo(MigrationState.NEEDS_ATTENTION);
    assertThat(run.history()).hasSize(told);
    run.hosts().before("resume kvm-b", () -> {});
    run.lookUntil(MigrationState.SUCCEEDED);
  }

  @Test
  void deletesTheOriginalsOfAGuardedGuestThatWaitedLongForItsRelease() {
    imagesWithTimes();
    run.call(new GivenOptions().guarded().deletingOriginals().build());
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 5 * MIB, NOON);
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 6 * MIB, NOON);
    run.memory(128 * MIB, 0);
    run.source(DomainState.PAUSED_MIGRATION);
    run.destination(DomainState.PAUSED_USER);
    run.lookFor(Duration.ofMinutes(1));
    run.source(DomainState.ABSENT);
    run.callReturns();
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(run.fates()).contains("kvm-a vda DELETED", "kvm-a vdb DELETED");
  }

  @Test
  void leavesAGuardedGuestPausedThatItsOwnerHadPaused() {
    run.source(DomainState.PAUSED_USER);
    run.call(GUARDED);
    run.destination(DomainState.PAUSED_USER);
    run.source(DomainState.ABSENT);
    run.callReturns();
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(run.hosts().remarks()).doesNotContain("resume kvm-b");
  }

  @Test
  void neverResumesAGuardedGuestWhileTheSourceRunsIt() {
    run.call(GUARDED);
    run.jobIsOver();
    run.destination(DomainState.PAUSED_USER);
    run.callFails(1, 7, "client socket is closed");
    run.lookUntil(MigrationState.NEEDS_ATTENTION);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.SOURCE);
    assertThat(run.hosts().remarks()).doesNotContain("resume kvm-b");
    run.destination(DomainState.ABSENT);
    run.lookUntil(MigrationState.FAILED);
  }

  // Guests that died, and other people's hands.

  @Test
  void neverCallsAGuestMovedWhoseMemoryWasLostInPostCopy() {
    run.poolsOnBothHosts();
    run.call(new GivenOptions().postCopy().deletingOriginals().build());
    run.memory(10 * MIB, 118 * MIB);
    run.source(DomainState.PAUSED_POSTCOPY);
    run.destination(DomainState.RUNNING_POSTCOPY);
    run.look();
    assertThat(run.migration().phase()).isEqualTo(Phase.POST_COPY);
    run.source(DomainState.SHUTOFF_CRASHED);
    run.destination(DomainState.RUNNING_POSTCOPY_FAILED);
    run.jobIsOver();
    run.callFails(9, 10, "domain is no longer running");
    run.lookFor(Duration.ofMinutes(1));
    assertThat(run.migration().state()).isEqualTo(MigrationState.NEEDS_ATTENTION);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.NEITHER);
    assertThat(run.attention().reason())
        .contains("The source shows: shut off (crashed)")
        .contains("The destination shows: running (post-copy failed)");
    assertThat(run.hosts().remarks()).isEmpty();
    assertThat(run.volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted"));
  }

  /**
   * Whoever follows the advice meets both hosts shut off, and then a guest that was started anew.
   */
  @Test
  void endsALostPostCopyOnlyByTheWordOfAPerson() {
    run.poolsOnBothHosts();
    run.call(new GivenOptions().postCopy().deletingOriginals().build());
    run.memory(10 * MIB, 118 * MIB);
    run.source(DomainState.PAUSED_POSTCOPY);
    run.destination(DomainState.RUNNING_POSTCOPY);
    run.look();
    run.source(DomainState.PAUSED_POSTCOPY_FAILED);
    run.destination(DomainState.SHUTOFF_DESTROYED);
    run.jobIsOver();
    run.callFails(9, 10, "job 'migration in' failed in post-copy phase");
    run.lookUntil(MigrationState.NEEDS_ATTENTION);
    run.source(DomainState.SHUTOFF_DESTROYED);
    run.settle();
    assertThat(run.attention().reason()).startsWith("Both halves of the guest are gone");
    run.destination(DomainState.ABSENT);
    run.settle();
    assertThat(run.attention().advice())
        .contains("the destination's, which have the latest writes");
    run.source(DomainState.RUNNING_BOOTED);
    run.settle();
    assertThat(run.migration().state()).isEqualTo(MigrationState.NEEDS_ATTENTION);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.SOURCE);
    run.resolve("It runs at the source.");
    assertThat(run.volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted"));
  }

  /** The source's guest died, and somebody started what was copied by then. */
  @Test
  void takesNoGuestForMovedThatSomebodyStartedAtTheDestination() {
    run.poolsOnBothHosts();
    run.call(new GivenOptions().guarded().deletingOriginals().build());
    run.jobIsOver();
    run.source(DomainState.SHUTOFF_DESTROYED);
    run.destination(DomainState.PAUSED_USER);
    run.callFails(38, 7, "End of file while reading data");
    run.lookFor(Duration.ofMinutes(1));
    assertThat(run.migration().state()).isEqualTo(MigrationState.NEEDS_ATTENTION);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.DESTINATION);
    assertThat(run.hosts().remarks()).isEmpty();
    assertThat(run.volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted"));
  }

  @Test
  void obeysAndKeepsItsLimitsWhileSomebodyElseHasPausedTheGuest() {
    run.call(new GivenOptions().timeout(60, LimitAction.CANCEL).build());
    run.copied(10 * MIB);
    run.source(DomainState.PAUSED_MIGRATION);
    run.destination(DomainState.PAUSED_MIGRATION);
    run.lookFor(Duration.ofSeconds(50));
    assertThat(run.hosts().aborts()).isEmpty();
    assertThat(run.migration().phase()).isEqualTo(Phase.STORAGE);
    run.lookFor(Duration.ofSeconds(15));
    assertThat(run.hosts().aborts()).isNotEmpty();
    run.rollBack();
    run.lookUntilTheEnd();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.TIME_LIMIT);
  }

  @Test
  void saysThatNoHostRunsAGuestThatDiedAtItsSource() {
    run.call(PLAIN);
    run.jobIsOver();
    run.source(DomainState.SHUTOFF_CRASHED);
    run.callFails(38, 7, "Connection reset by peer");
    run.lookUntilTheEnd();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DOMAIN_NOT_RUNNING);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.NEITHER);
  }

  @Test
  void saysWhatEndsAJobWhoseGuestPoweredItselfOff() {
    run.call(PLAIN);
    run.source(DomainState.SHUTOFF_SHUTDOWN);
    run.destination(DomainState.PAUSED_MIGRATION);
    run.lookUntil(MigrationState.NEEDS_ATTENTION);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.NEITHER);
    assertThat(run.attention().advice()).contains("restart libvirtd at the source");
    run.destination(DomainState.ABSENT);
    run.jobIsOver();
    run.callFails(38, 7, "End of file");
    run.lookUntilTheEnd();
    assertThat(run.migration().location()).isEqualTo(DomainLocation.NEITHER);
  }

  /** The source's daemon died in the switchover; its guest was defined before it came back. */
  private void arriveUnheard(MigrationOptions options, DomainState there) {
    run.call(options);
    run.jobIsOver();
    run.source(DomainState.PAUSED_MIGRATION);
    run.destination(there);
    run.hosts().completed(run.guest().uuid(), new CompletedJob(41L, 1_000, 10 * MIB));
    run.callFails(38, 7, "End of file while reading data");
  }

  @Test
  void destroysThePausedCopyOfASourceThatNeverHeardOfTheArrival() {
    arriveUnheard(PLAIN, DomainState.RUNNING_MIGRATED);
    run.look();
    assertThat(run.hosts().remarks()).as("not at once").isEmpty();
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(run.hosts().remarks()).containsExactly("destroy kvm-a", "undefine kvm-a");
    assertThat(run.history().getLast().cause()).contains("the source's paused copy was destroyed");
  }

  @Test
  void letsAGuardedGuestRunOnceTheUnhearingSourceHasNoCopyOfIt() {
    arriveUnheard(GUARDED, DomainState.PAUSED_USER);
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(run.hosts().remarks())
        .containsExactly("destroy kvm-a", "resume kvm-b", "undefine kvm-a");
  }

  private void arriveUnheardAtASourceThatDoesNotUndefineIt() {
    arriveUnheard(PLAIN, DomainState.RUNNING_MIGRATED);
    run.hosts()
        .before(
            "undefine kvm-a",
            () -> {
              throw new HostUnreachable("kvm-a", "no answer within 4000 ms");
            });
  }

  @Test
  void undefinesItOnceTheUnhearingSourceDoesThat() {
    arriveUnheardAtASourceThatDoesNotUndefineIt();
    run.lookUntil(MigrationState.FINISHING);
    run.lookFor(Duration.ofSeconds(20));
    assertThat(run.migration().state()).isEqualTo(MigrationState.FINISHING);
    run.hosts().before("undefine kvm-a", () -> {});
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(run.hosts().remarks()).containsExactly("destroy kvm-a", "undefine kvm-a");
    assertThat(run.history().getLast().cause()).doesNotContain("by hand");
  }

  @Test
  void saysThatTheUnhearingSourceKeepsItsDefinition() {
    arriveUnheardAtASourceThatDoesNotUndefineIt();
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(run.hosts().remarks()).containsExactly("destroy kvm-a");
    assertThat(run.history().getLast().cause()).contains("undefine it by hand");
  }

  @Test
  void asksForAPersonWhenTheUnhearingSourceCanNotDestroyItsCopy() {
    run.hosts().refuseToDestroy();
    arriveUnheard(PLAIN, DomainState.RUNNING_MIGRATED);
    run.lookUntil(MigrationState.NEEDS_ATTENTION);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.DESTINATION);
    assertThat(run.attention().advice()).contains("Never resume it");
    run.source(DomainState.ABSENT);
    run.lookUntil(MigrationState.SUCCEEDED);
  }

  // Limits of time.

  @Test
  void endsAMigrationThatTakesLongerThanItMay() {
    run.call(new GivenOptions().timeout(60, LimitAction.CANCEL).build());
    run.lookFor(Duration.ofSeconds(59));
    assertThat(run.hosts().aborts()).isEmpty();
    run.lookFor(Duration.ofSeconds(2));
    assertThat(run.hosts().aborts()).hasSize(1);
    run.jobIsOver();
    run.callFails(78, 10, "canceled by client");
    run.lookUntilTheEnd();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.TIME_LIMIT);
    assertThat(run.failure().problem().detail()).startsWith("It ran for more than 60 s");
  }

  @Test
  void pausesTheGuestOnceAtADeadlineThatAsksForIt() {
    run.call(new GivenOptions().timeout(60, LimitAction.SUSPEND).build());
    run.memory(100 * MIB, 28 * MIB);
    run.destination(DomainState.PAUSED_MIGRATION);
    run.lookFor(Duration.ofMinutes(2));
    assertThat(run.hosts().remarks()).containsExactly("suspend kvm-a");
    assertThat(run.migration().phase()).isEqualTo(Phase.MEMORY);
    assertThat(run.migration().status().suspended()).isTrue();
    run.arrive();
    run.lookUntil(MigrationState.SUCCEEDED);
    assertThat(run.hosts().remarks()).containsExactly("suspend kvm-a");
  }

  @Test
  void letsTheGuestRunAgainThatItPausedWhenTheMigrationFails() {
    run.call(new GivenOptions().timeout(60, LimitAction.SUSPEND).build());
    run.lookFor(Duration.ofSeconds(62));
    assertThat(run.hosts().remarks()).containsExactly("suspend kvm-a");
    run.jobIsOver();
    run.callFails(9, 10, "unexpectedly failed");
    run.lookUntil(MigrationState.FAILED);
    assertThat(run.hosts().remarks()).containsExactly("suspend kvm-a", "resume kvm-a");
  }

  private void failsWhileTheGuestIsPausedAndItsSource(RuntimeException says) {
    run.call(new GivenOptions().timeout(60, LimitAction.SUSPEND).build());
    run.lookFor(Duration.ofSeconds(62));
    run.hosts()
        .before(
            "resume kvm-a",
            () -> {
              throw says;
            });
    run.jobIsOver();
    run.callFails(9, 10, "unexpectedly failed");
  }

  private static List<RuntimeException> silences() {
    return List.of(
        new HostUnreachable("kvm-a", "no answer within 4000 ms"), LibvirtFailure.ofSilentGuest());
  }

  /** A pause that nobody ends is longer than the one of any migration. */
  @ParameterizedTest
  @MethodSource("silences")
  void letsTheGuestRunAgainOnceItsSourceDoesIt(RuntimeException silence) {
    failsWhileTheGuestIsPausedAndItsSource(silence);
    run.lookFor(Duration.ofSeconds(20));
    assertThat(run.migration().state()).isEqualTo(MigrationState.FINISHING);
    run.hosts().before("resume kvm-a", () -> {});
    run.lookUntil(MigrationState.FAILED);
    assertThat(run.hosts().remarks()).containsExactly("suspend kvm-a", "resume kvm-a");
    assertThat(run.history().getLast().cause()).doesNotContain("resume");
  }

  @Test
  void saysThatTheGuestIsPausedWhoseSourceDoesNotLetItRun() {
    failsWhileTheGuestIsPausedAndItsSource(LibvirtFailure.ofSilentGuest());
    run.lookFor(PlayedRun.PATIENCE.plusSeconds(1));
    assertThat(run.migration().state()).isEqualTo(MigrationState.FAILED);
    assertThat(run.history().getLast().cause()).contains("resume it by hand");
  }

  @Test
  void saysAtOnceThatTheGuestIsPausedWhoseSourceRefusesToLetItRun() {
    failsWhileTheGuestIsPausedAndItsSource(new LibvirtFailure(1, 10, "an I/O error"));
    run.look();
    assertThat(run.migration().state()).isEqualTo(MigrationState.FAILED);
    assertThat(run.history().getLast().cause()).contains("resume it by hand");
  }

  @Test
  void switchesToPostCopyOnlyInTheMemoryPhase() {
    run.call(new GivenOptions().postCopy().timeout(60, LimitAction.POST_COPY).build());
    assertThat(run.hosts().made().getFirst().flags()).contains(MigrateFlag.POSTCOPY);
    run.copied(10 * MIB);
    run.lookFor(Duration.ofSeconds(90));
    assertThat(run.hosts().remarks()).isEmpty();
    run.memory(100 * MIB, 28 * MIB);
    run.look();
    assertThat(run.hosts().remarks()).containsExactly("post-copy kvm-a");
    run.source(DomainState.PAUSED_POSTCOPY);
    run.destination(DomainState.RUNNING_POSTCOPY);
    run.look();
    assertThat(run.migration().phase()).isEqualTo(Phase.POST_COPY);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.DESTINATION);
    run.arrive();
    run.lookUntil(MigrationState.SUCCEEDED);
  }

  @Test
  void theHostsAreLeftAsTheyAreByAMigrationThatSomebodyResolved() {
    run.call(PLAIN);
    run.hosts().cutOff("kvm-b");
    run.settle();
    assertThat(run.migration().state()).isEqualTo(MigrationState.RECOVERING);
    run.resolve("Both hosts were looked at.");
    assertThat(run.look()).isTrue();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.RESOLVED_BY_HAND);
    assertThat(run.hosts().remarks()).isEmpty();
  }

  /** A machine that sleeps counts no time, and its clock is set when it wakes. */
  @Test
  void takesABrokenConnectionForNoProofWhenTheMachineSleptMeanwhile() {
    looksAgainAfter(Duration.ZERO, DomainState.SHUTOFF_CRASHED);
    run.setTheClock(Duration.ofMinutes(1));
    run.callFails(38, 7, "End of file while reading data");
    run.settle();
    requireAPersonToDecide(DomainLocation.NEITHER);
  }

  @ParameterizedTest
  @ValueSource(longs = {-3, 3})
  void aClockThatIsSetEndsNoMigration(long hours) {
    run.call(new GivenOptions().timeout(600, LimitAction.CANCEL).build());
    run.copied(MIB);
    run.lookFor(Duration.ofSeconds(5));
    run.setTheClock(Duration.ofHours(hours));
    run.lookFor(Duration.ofSeconds(10));
    assertThat(run.hosts().aborts()).isEmpty();
    run.arrive();
    assertThat(run.lookUntilTheEnd().migration().state()).isEqualTo(MigrationState.SUCCEEDED);
  }

  @Test
  void aClockThatIsSetBackKeepsNoLimitFromItsEnd() {
    run.call(new GivenOptions().timeout(60, LimitAction.CANCEL).build());
    run.copied(MIB);
    run.look();
    run.setTheClock(Duration.ofHours(-3));
    run.lookFor(Duration.ofSeconds(58));
    assertThat(run.hosts().aborts()).isEmpty();
    run.lookFor(Duration.ofSeconds(3));
    assertThat(run.hosts().aborts()).isNotEmpty();
  }

  @Test
  void aClockThatIsSetBackHidesNoVolumeThatVanishes() {
    run.poolAtTheDestination();
    run.call(PLAIN);
    run.copied(MIB);
    run.look();
    run.setTheClock(Duration.ofHours(-3));
    run.volumes().vanish("kvm-b", "images", "vdb.raw");
    run.lookFor(Duration.ofSeconds(3));
    assertThat(run.hosts().aborts()).isNotEmpty();
  }

  @Test
  void aClockThatIsSetBackKeepsNoAbortFromBeingAskedForAgain() {
    run.call(PLAIN);
    run.look();
    run.cancel();
    run.look();
    run.setTheClock(Duration.ofHours(-3));
    run.lookFor(Duration.ofSeconds(4));
    assertThat(run.hosts().aborts()).hasSizeGreaterThan(1);
    run.lookFor(UnheededAbort.PATIENCE);
    assertThat(run.migration().state()).isEqualTo(MigrationState.RECOVERING);
  }

  @ParameterizedTest
  @ValueSource(longs = {-3, 3})
  void aDoubtHasToLastWhateverTheClockSays(long hours) {
    run.call(PLAIN);
    run.look();
    run.destination(DomainState.RUNNING_BOOTED);
    run.look();
    run.setTheClock(Duration.ofHours(hours));
    run.look();
    assertThat(run.migration().state()).isEqualTo(MigrationState.MIGRATING);
    run.settle();
    assertThat(run.migration().state()).isEqualTo(MigrationState.NEEDS_ATTENTION);
  }

  /** The timeline was written by a clock that was ahead. */
  @Test
  void goesOnWithAMigrationThatBeganInTheFuture() {
    run.call(new GivenOptions().timeout(60, LimitAction.CANCEL).build());
    run.destination(DomainState.PAUSED_MIGRATION);
    run.setTheClock(Duration.ofHours(-3));
    run.begin();
    run.copied(MIB);
    run.lookFor(Duration.ofSeconds(58));
    assertThat(run.hosts().aborts()).isEmpty();
    run.lookFor(Duration.ofSeconds(3));
    assertThat(run.hosts().aborts()).isNotEmpty();
  }
}
