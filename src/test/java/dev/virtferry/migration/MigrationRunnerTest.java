package dev.virtferry.migration;

import static dev.virtferry.libvirt.Domains.MIB;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.PlayedHosts;
import dev.virtferry.ServiceTest;
import dev.virtferry.access.Callers;
import dev.virtferry.access.Scope;
import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.VolumeWish;
import dev.virtferry.libvirt.CompletedJob;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.MigrateFlag;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.problem.ProblemType;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@ServiceTest
class MigrationRunnerTest extends PlayedHosts {

  private static final MigrationOptions DELETING = new GivenOptions().deletingOriginals().build();

  @Autowired MigrationService service;
  @Autowired Migrations migrations;
  @Autowired MigrationRunner runner;

  private DomainDescription guest = Domains.running("unset");

  @BeforeEach
  void aGuestOnKvmA() {
    hosts().reset();
    volumes().reset();
    guest = Domains.running("web-" + UUID.randomUUID(), Domains.disk("vda"), Domains.disk("vdb"));
    hosts().put("kvm-a", guest);
  }

  /** A migration that has not ended would keep its slot from the next test. */
  @AfterEach
  void everyMigrationHasEnded() {
    await()
        .until(() -> {
          hosts().rollBackTo("kvm-a");
          return unended().isEmpty();
        });
  }

  private List<Tracked> unended() {
    Set<MigrationState> states =
        EnumSet.allOf(MigrationState.class).stream()
            .filter(state -> !state.terminal())
            .collect(toSet());
    return service
        .list(new MigrationQuery(Scope.EVERYTHING, states, null, null, null, 200, null))
        .items();
  }

  @Test
  void succeedsOnlyWhenTheDestinationRunsTheGuestAndTheSourceLetGo() {
    UUID id = submit(null);
    awaitCall();
    hosts().blockJob(guest.uuid(), "vda", 10 * MIB, 64 * MIB);
    hosts().show("kvm-b", guest, DomainState.PAUSED_MIGRATION);
    awaitUntil(id, t -> t.progress().disks().getFirst().bytesDone() == 10 * MIB);

    hosts().memory(guest.uuid(), 128 * MIB, 100 * MIB, 28 * MIB);
    awaitUntil(id, t -> t.migration().phase() == Phase.MEMORY);

    hosts().blockJob(guest.uuid(), "vda", 64 * MIB, 64 * MIB);
    hosts().memory(guest.uuid(), 128 * MIB, 128 * MIB, 0);
    hosts().show("kvm-a", guest, DomainState.PAUSED_MIGRATION);
    awaitUntil(id, t -> t.migration().phase() == Phase.SWITCHOVER);
    assertThat(find(id).migration().location()).isEqualTo(DomainLocation.SOURCE);

    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    awaitUntil(id, t -> t.migration().location() == DomainLocation.DESTINATION);
    assertThat(find(id).migration().state()).isEqualTo(MigrationState.MIGRATING);

    hosts().remove("kvm-a", guest.uuid());
    hosts().endCall(guest.uuid());
    Tracked ended = awaitEnd(id);
    assertThat(ended.migration().state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(ended.progress().percent()).isEqualTo(100);
    assertThat(ended.progress().disks())
        .allSatisfy(disk -> assertThat(disk.bytesDone()).isEqualTo(disk.bytesTotal()));
    assertThat(migrations.history(id))
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
    hosts().completed(guest.uuid(), new CompletedJob(41L, 1_000, 10 * MIB));
    UUID id = submit(null);
    awaitCall();
    arriveAt("kvm-b");
    Progress progress = awaitEnd(id).progress();
    assertThat(progress.downtimeMillis()).isEqualTo(41);
    assertThat(progress.flow().bytesMoved()).isEqualTo(138 * MIB);
  }

  @Test
  void succeedsWithoutThePauseWhenTheDestinationDoesNotTellIt() {
    UUID id = submit(null);
    awaitCall();
    arriveAt("kvm-b");
    Tracked ended = awaitEnd(id);
    assertThat(ended.migration().state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(ended.progress().downtimeMillis()).isNull();
  }

  @Test
  void doesNotBelieveASuccessfulReturnWhenTheGuestStayed() {
    UUID id = submit(null);
    awaitCall();
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().endCall(guest.uuid());

    Tracked ended = awaitEnd(id);
    assertThat(ended.migration().state()).isEqualTo(MigrationState.FAILED);
    assertThat(ended.migration().location()).isEqualTo(DomainLocation.SOURCE);
  }

  @Test
  void doesNotBelieveAnErrorWhenTheGuestArrived() {
    UUID id = submit(null);
    awaitCall();
    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().remove("kvm-a", guest.uuid());
    hosts().endCall(guest.uuid(), new LibvirtFailure(38, 7, "End of file while reading data"));

    Tracked ended = awaitEnd(id);
    assertThat(ended.migration().state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(ended.migration().failure()).isNull();
  }

  @Test
  void failsWithWhatLibvirtSaid() {
    UUID id = submit(null);
    awaitCall();
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().endCall(guest.uuid(), new LibvirtFailure(49, 18, "no storage pool with matching path"));

    Failure failure = failure(awaitEnd(id));
    assertThat(failure.problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(failure.libvirt())
        .isEqualTo(new Failure.LibvirtWords(49, 18, "no storage pool with matching path"));
  }

  @Test
  void cancelsARunningMigrationByAbortingItsJob() {
    UUID id = submit(null);
    awaitCall();
    service.cancel(id);
    await().until(() -> hosts().aborts().contains(guest.uuid()));
    assertThat(find(id).migration().state()).isEqualTo(MigrationState.MIGRATING);

    hosts().job(guest.uuid(), Activity.NONE);
    hosts().endCall(guest.uuid(), new LibvirtFailure(78, 10, "operation aborted"));
    assertThat(awaitEnd(id).migration().state()).isEqualTo(MigrationState.CANCELLED);
  }

  @Test
  void isCancelledWhenTheAbortWasTakenWhateverTheCallSaysOfTheBrokenStream() {
    UUID id = submit(null);
    awaitCall();
    service.cancel(id);
    await().until(() -> hosts().aborts().contains(guest.uuid()));
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().endCall(guest.uuid(), new LibvirtFailure(9, 10, "Unable to write to socket"));
    assertThat(awaitEnd(id).migration().state()).isEqualTo(MigrationState.CANCELLED);
  }

  @Test
  void isFailedAndNotCancelledWhenItBrokeByItselfBeforeTheAbort() {
    hosts().refuseAborts();
    UUID id = submit(null);
    awaitCall();
    service.cancel(id);
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().endCall(guest.uuid(), new LibvirtFailure(9, 10, "No space left on device"));

    Tracked ended = awaitEnd(id);
    assertThat(ended.migration().state()).isEqualTo(MigrationState.FAILED);
    assertThat(ended.migration().cancelRequested()).isTrue();
  }

  @Test
  void succeedsWhenTheCancelCameTooLate() {
    UUID id = submit(null);
    awaitCall();
    service.cancel(id);
    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().remove("kvm-a", guest.uuid());
    hosts().endCall(guest.uuid());
    assertThat(awaitEnd(id).migration().state()).isEqualTo(MigrationState.SUCCEEDED);
  }

  @Test
  void waitsForAHostThatCanNotBeReadAndGoesOnToTheTrueEnd() {
    UUID id = submit(null);
    awaitCall();
    hosts().cutOff("kvm-b");
    hosts().endCall(guest.uuid(), new LibvirtFailure(1, 7, "client socket is closed"));
    Tracked recovering = awaitUntil(id, t -> t.migration().state() == MigrationState.RECOVERING);
    assertThat(recovering.migration().location()).isEqualTo(DomainLocation.UNKNOWN);
    Attention attention = recovering.migration().attention();
    assertThat(attention).isNotNull();
    assertThat(attention.advice()).contains("network back");

    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().remove("kvm-a", guest.uuid());
    hosts().bringBack("kvm-b");
    Tracked ended = awaitEnd(id);
    assertThat(ended.migration().state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(ended.migration().attention()).isNull();
  }

  @Test
  void asksForAPersonWhenTheGuestRunsTwiceAndTouchesNothing() {
    UUID id = submit(null);
    awaitCall();
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().endCall(guest.uuid(), new LibvirtFailure(1, 7, "client socket is closed"));
    Tracked split = awaitUntil(id, t -> t.migration().state() == MigrationState.NEEDS_ATTENTION);
    assertThat(split.migration().location()).isEqualTo(DomainLocation.BOTH);

    hosts().remove("kvm-b", guest.uuid());
    Tracked ended = awaitEnd(id);
    assertThat(ended.migration().state()).isEqualTo(MigrationState.FAILED);
    assertThat(ended.migration().location()).isEqualTo(DomainLocation.SOURCE);
  }

  @Test
  void onlyWatchesAMigrationWhoseCallMayHaveBeenMade() throws InterruptedException {
    UUID id = submit(null);
    awaitCall();
    int callsBefore = hosts().made().size();
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().remove("kvm-a", guest.uuid());

    MigrationRunner.Ending ending = runner.carry(id, () -> false);
    assertThat(ending).isEqualTo(MigrationRunner.Ending.OVER);
    assertThat(find(id).migration().state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(hosts().made()).hasSize(callsBefore);
  }

  @Test
  void failsAtOnceWhenTheWorldChangedInTheQueue() {
    hosts().put("kvm-a", Domains.running("blocker-1", Domains.disk("vda")));
    hosts().put("kvm-a", Domains.running("blocker-2", Domains.disk("vda")));
    service.submit(Submissions.of("blocker-1", List.of("vda")), Callers.ADMIN, null);
    service.submit(Submissions.of("blocker-2", List.of("vda")), Callers.ADMIN, null);
    UUID id = submit(null);
    assertThat(find(id).migration().state()).isEqualTo(MigrationState.QUEUED);

    hosts().show("kvm-a", guest, DomainState.SHUTOFF_SHUTDOWN);
    await().until(() -> hosts().made().size() == 2);
    hosts().rollBackTo("kvm-a");
    Tracked ended = awaitEnd(id);
    assertThat(failure(ended).problem().type()).isEqualTo(ProblemType.DOMAIN_NOT_RUNNING);
    assertThat(ended.migration().timeline().startedAt()).isNull();
  }

  @Test
  void setsTheMaximalDowntimeOnceTheJobRuns() {
    UUID id = submit(new GivenOptions().bandwidth(100).maxDowntime(250).build());
    awaitCall();
    await().until(() -> hosts().remarks().contains("downtime 250"));
    assertThat(find(id).migration().call().parameters().get("bandwidth"))
        .hasValueSatisfying(value -> assertThat(value.value()).isEqualTo(100L));
  }

  @Test
  void restoresAutostartAtTheDestination() {
    DomainDescription starter =
        new DomainDescription(
            "starter",
            UUID.randomUUID(),
            DomainState.RUNNING_BOOTED,
            true,
            true,
            128 * MIB,
            Domains.MACHINE,
            List.of(Domains.network("vda")));
    hosts().put("kvm-a", starter);
    UUID id =
        service
            .submit(Submissions.of("starter", null), Callers.ADMIN, null)
            .migration()
            .migration()
            .id();
    await().until(() -> !hosts().made().isEmpty());
    hosts().show("kvm-b", starter, DomainState.RUNNING_MIGRATED);
    hosts().remove("kvm-a", starter.uuid());
    hosts().endCall(starter.uuid());
    awaitEnd(id);
    assertThat(hosts().remarks()).contains("autostart kvm-b");
  }

  @Test
  void makesTheMissingVolumesBeforeTheCallAndKeepsThemAtSuccess() {
    poolAtTheDestination();
    volumes().volume("kvm-b", volume("vdb.raw", "raw", 64 * MIB));
    UUID id = submit(null);
    awaitCall();
    assertThat(volumes().deeds()).containsExactly("made kvm-b/images/vda.raw");
    assertThat(fates(find(id))).containsExactly("kvm-b vda MADE");
    assertThat(volumes().volume(new HostAddress("kvm-b", ""), "images", "vda.raw"))
        .as("in the end it has the size of the disk")
        .hasValueSatisfying(made -> assertThat(made.capacityBytes()).isEqualTo(64 * MIB));

    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().remove("kvm-a", guest.uuid());
    hosts().endCall(guest.uuid());
    assertThat(awaitEnd(id).migration().volumes().getFirst().state())
        .isEqualTo(VolumeRecord.Fate.KEPT);
    assertThat(volumes().deeds()).hasSize(1);
  }

  @Test
  void deletesExactlyWhatItMadeWhenTheMigrationCameToNothing() {
    poolAtTheDestination();
    volumes().volume("kvm-b", volume("vdb.raw", "raw", 64 * MIB));
    UUID id = submit(null);
    awaitCall();
    hosts().rollBackTo("kvm-a");
    assertThat(awaitEnd(id).migration().volumes().getFirst().state())
        .isEqualTo(VolumeRecord.Fate.DELETED);
    assertThat(volumes().deeds())
        .containsExactly("made kvm-b/images/vda.raw", "deleted kvm-b/images/vda.raw");
  }

  @Test
  void deletesNothingWhileItIsNotCertainThatTheGuestRunsAtTheSource() {
    poolAtTheDestination();
    UUID id = submit(null);
    awaitCall();
    hosts().show("kvm-a", guest, DomainState.SHUTOFF_SHUTDOWN);
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().endCall(guest.uuid(), new LibvirtFailure(9, 10, "the guest went away"));
    assertThat(awaitEnd(id).migration().volumes())
        .extracting(VolumeRecord::state)
        .containsOnly(VolumeRecord.Fate.LEFT);
    assertThat(volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted"));
  }

  @Test
  void deletesLaterWhatItCanNotDeleteNow() {
    poolAtTheDestination();
    UUID id = submit(null);
    awaitCall();
    volumes().away(true);
    hosts().rollBackTo("kvm-a");
    awaitUntil(id, t -> t.migration().state() == MigrationState.FINISHING);
    volumes().away(false);
    assertThat(awaitEnd(id).migration().volumes())
        .extracting(VolumeRecord::state)
        .containsOnly(VolumeRecord.Fate.DELETED);
  }

  @Test
  void waitsForAHostThatFallsSilentWhileTheMigrationIsPrepared() {
    poolAtTheDestination();
    UUID id = fallenSilentHalfWay();
    volumes().away(false);
    awaitCall();
    assertThat(volumes().deeds())
        .as("what was half done is done anew")
        .containsExactly(
            "made kvm-b/images/vda.raw",
            "deleted kvm-b/images/vda.raw",
            "made kvm-b/images/vda.raw",
            "made kvm-b/images/vdb.raw");
    hosts().rollBackTo("kvm-a");
    awaitEnd(id);
  }

  @Test
  void isCancelledWhileItWaitsForAHost() {
    poolAtTheDestination();
    UUID id = fallenSilentHalfWay();
    service.cancel(id);
    volumes().away(false);
    Migration ended = awaitEnd(id).migration();
    assertThat(ended.state()).isEqualTo(MigrationState.CANCELLED);
    assertThat(ended.volumes())
        .extracting(VolumeRecord::state)
        .containsOnly(VolumeRecord.Fate.DELETED);
    assertThat(hosts().made()).isEmpty();
  }

  private UUID fallenSilentHalfWay() {
    volumes().afterCreating(() -> volumes().away(true));
    UUID id = submit(null);
    awaitUntil(id, t -> !t.migration().volumes().isEmpty());
    assertThat(find(id).migration().state()).isEqualTo(MigrationState.PREPARING);
    return id;
  }

  @Test
  void failsBeforeTheCallWhenAVolumeCanNotBeMade() {
    poolAtTheDestination();
    volumes().refuse(new LibvirtFailure(38, 18, "No space left on device"));
    UUID id = submit(null);
    Tracked ended = awaitEnd(id);
    assertThat(failure(ended).problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(ended.migration().volumes()).as("nothing came into being").isEmpty();
    assertThat(hosts().made()).isEmpty();
  }

  @Test
  void endsAMigrationWhoseCopyHasNowhereToGoAnyMore() {
    poolAtTheDestination();
    UUID id = submit(null);
    awaitCall();
    volumes().vanish("kvm-b", "images", "vdb.raw");
    await().until(() -> !hosts().aborts().isEmpty());
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().endCall(guest.uuid(), new LibvirtFailure(78, 10, "canceled by client"));
    Failure failure = failure(awaitEnd(id));
    assertThat(failure.problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(failure.problem().detail()).contains("/srv/vdb.raw vanished");
  }

  @Test
  void neverDeletesWhatSomebodyElseMadeInTheSameMoment() {
    poolAtTheDestination();
    volumes().beforeCreating(() -> volumes().volume("kvm-b", volume("vdb.raw", "raw", 64 * MIB)));
    Tracked ended = awaitEnd(submit(null));
    assertThat(failure(ended).problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(fates(ended)).containsExactly("kvm-b vda DELETED", "kvm-b vdb LEFT");
    assertThat(volumes().deeds())
        .containsExactly("made kvm-b/images/vda.raw", "deleted kvm-b/images/vda.raw");
  }

  private void dieAfterCreating(Runnable lastDeed) {
    volumes()
        .afterCreating(() -> {
          lastDeed.run();
          throw new IllegalStateException("Played: the service died");
        });
  }

  @Test
  void makesAVolumeAnewThatAnotherRunMadeAndHadNoTimeToNote() {
    poolAtTheDestination();
    volumes().volume("kvm-b", volume("vdb.raw", "raw", 64 * MIB));
    dieAfterCreating(() -> {});
    UUID id = submit(null);
    awaitCall();
    assertThat(fates(find(id))).containsExactly("kvm-b vda MADE");
    assertThat(volumes().deeds())
        .containsExactly(
            "made kvm-b/images/vda.raw",
            "deleted kvm-b/images/vda.raw",
            "made kvm-b/images/vda.raw");
  }

  @Test
  void leavesAVolumeOfAnotherSizeThanItWasAboutToMake() {
    poolAtTheDestination();
    volumes().volume("kvm-b", volume("vdb.raw", "raw", 64 * MIB));
    dieAfterCreating(() -> volumes().volume("kvm-b", volume("vda.raw", "raw", 64 * MIB)));
    UUID id = submit(null);
    awaitCall();
    assertThat(fates(find(id))).containsExactly("kvm-b vda LEFT");
    assertThat(volumes().deeds()).containsExactly("made kvm-b/images/vda.raw");
  }

  private void anOverlayOnBothHosts(byte[] here, byte[] there) {
    var base = new DiskImage("file", "/srv/base.raw", "raw", null);
    DomainDisk overlay =
        Domains.onImage("vda", new DiskImage("file", "/srv/o.qcow2", "qcow2", base));
    guest = Domains.running(guest.name(), overlay);
    hosts().reset();
    hosts().put("kvm-a", guest);
    poolAtTheDestination();
    volumes().pool("kvm-a", new StoragePool("images", "dir", "/srv", 0));
    for (String host : List.of("kvm-a", "kvm-b")) {
      volumes().volume(host, volume("base.raw", "raw", 3 * MIB));
    }
    volumes().content("kvm-a", "images", "base.raw", here);
    volumes().content("kvm-b", "images", "base.raw", there);
  }

  private UUID submitIncrementally() {
    return service
        .submit(
            new Submission(
                guest.name(),
                "qemu+tls://kvm-b/system",
                List.of("vda"),
                CopyMode.INCREMENTAL,
                Map.of(),
                null,
                5,
                new GivenOptions().verifyingContent().build(),
                null),
            Callers.ADMIN,
            null)
        .migration()
        .migration()
        .id();
  }

  @Test
  void readsTheBackingImagesOfBothHostsBeforeTheCall() {
    anOverlayOnBothHosts(new byte[] {1, 2, 3}, new byte[] {1, 2, 3, 0});
    UUID id = submitIncrementally();
    awaitCall();
    assertThat(find(id).progress().verification())
        .isEqualTo(new Progress.Verification(3 * MIB, 3 * MIB));
  }

  @Test
  void makesNothingWhenTheBackingImagesDiffer() {
    anOverlayOnBothHosts(new byte[] {1, 2, 3}, new byte[] {1, 2, 4});
    Failure failure = failure(awaitEnd(submitIncrementally()));
    assertThat(failure.problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(failure.problem().detail())
        .contains("/srv/base.raw is not the same")
        .contains("byte 2.");
    assertThat(volumes().deeds()).isEmpty();
    assertThat(hosts().made()).isEmpty();
  }

  private static final MigrationOptions GUARDED = new GivenOptions().guarded().build();

  @Test
  void letsAGuardedGuestRunOnlyAfterTheSourceLetGo() {
    UUID id = submit(GUARDED);
    awaitCall();
    assertThat(hosts().made().getFirst().flags()).contains(MigrateFlag.PAUSED);
    hosts().memory(guest.uuid(), 128 * MIB, 128 * MIB, 0);
    hosts().show("kvm-a", guest, DomainState.PAUSED_MIGRATION);
    hosts().show("kvm-b", guest, DomainState.PAUSED_USER);
    awaitUntil(id, t -> t.migration().phase() == Phase.SWITCHOVER);
    assertThat(hosts().remarks()).doesNotContain("resume kvm-b");
    hosts().remove("kvm-a", guest.uuid());
    hosts().endCall(guest.uuid());
    assertThat(awaitEnd(id).migration().state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(hosts().remarks()).containsOnlyOnce("resume kvm-b");
  }

  @Test
  void leavesAGuardedGuestPausedThatItsOwnerHadPaused() {
    hosts().show("kvm-a", guest, DomainState.PAUSED_USER);
    UUID id = submit(GUARDED);
    awaitCall();
    hosts().show("kvm-b", guest, DomainState.PAUSED_USER);
    hosts().remove("kvm-a", guest.uuid());
    hosts().endCall(guest.uuid());
    assertThat(awaitEnd(id).migration().state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(hosts().remarks()).doesNotContain("resume kvm-b");
  }

  @Test
  void neverResumesAGuardedGuestWhileTheSourceRunsIt() {
    UUID id = submit(GUARDED);
    awaitCall();
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().show("kvm-b", guest, DomainState.PAUSED_USER);
    hosts().endCall(guest.uuid(), new LibvirtFailure(1, 7, "client socket is closed"));
    Tracked split = awaitUntil(id, t -> t.migration().state() == MigrationState.NEEDS_ATTENTION);
    assertThat(split.migration().location()).isEqualTo(DomainLocation.SOURCE);
    assertThat(hosts().remarks()).doesNotContain("resume kvm-b");
    hosts().remove("kvm-b", guest.uuid());
    assertThat(awaitEnd(id).migration().state()).isEqualTo(MigrationState.FAILED);
  }

  @Test
  void neverCallsAGuestMovedWhoseMemoryWasLostInPostCopy() {
    poolsOnBothHosts();
    UUID id = submit(new GivenOptions().postCopy().deletingOriginals().build());
    awaitCall();
    hosts().memory(guest.uuid(), 128 * MIB, 10 * MIB, 118 * MIB);
    hosts().show("kvm-a", guest, DomainState.PAUSED_POSTCOPY);
    hosts().show("kvm-b", guest, DomainState.RUNNING_POSTCOPY);
    awaitUntil(id, t -> t.migration().phase() == Phase.POST_COPY);
    hosts().show("kvm-a", guest, DomainState.SHUTOFF_CRASHED);
    hosts().show("kvm-b", guest, DomainState.RUNNING_POSTCOPY_FAILED);
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().endCall(guest.uuid(), new LibvirtFailure(9, 10, "domain is no longer running"));
    Migration dead =
        awaitUntil(id, t -> t.migration().state() == MigrationState.NEEDS_ATTENTION).migration();
    assertThat(dead.location()).isEqualTo(DomainLocation.NEITHER);
    assertThat(Objects.requireNonNull(dead.attention()).reason())
        .contains("The source shows: shut off (crashed)")
        .contains("The destination shows: running (post-copy failed)");
    assertThat(hosts().remarks()).isEmpty();
    assertThat(volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted"));
  }

  /** The source's guest died, and somebody started what was copied by then. */
  @Test
  void takesNoGuestForMovedThatSomebodyStartedAtTheDestination() {
    poolsOnBothHosts();
    UUID id = submit(new GivenOptions().guarded().deletingOriginals().build());
    awaitCall();
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().show("kvm-a", guest, DomainState.SHUTOFF_DESTROYED);
    hosts().show("kvm-b", guest, DomainState.PAUSED_USER);
    hosts().endCall(guest.uuid(), new LibvirtFailure(38, 7, "End of file while reading data"));
    Migration doubted =
        awaitUntil(id, t -> t.migration().state() == MigrationState.NEEDS_ATTENTION).migration();
    assertThat(doubted.location()).isEqualTo(DomainLocation.NEITHER);
    assertThat(hosts().remarks()).isEmpty();
    assertThat(volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted"));
  }

  @Test
  void obeysAndKeepsItsLimitsWhileSomebodyElseHasPausedTheGuest() {
    UUID id = submit(new GivenOptions().timeout(1, LimitAction.CANCEL).build());
    awaitCall();
    hosts().blockJob(guest.uuid(), "vda", 10 * MIB, 64 * MIB);
    hosts().show("kvm-a", guest, DomainState.PAUSED_MIGRATION);
    hosts().show("kvm-b", guest, DomainState.PAUSED_MIGRATION);
    await().until(() -> !hosts().aborts().isEmpty());
    assertThat(find(id).migration().phase()).isEqualTo(Phase.STORAGE);
    hosts().rollBackTo("kvm-a");
    assertThat(failure(awaitEnd(id)).problem().type()).isEqualTo(ProblemType.TIME_LIMIT);
  }

  @Test
  void saysThatNoHostRunsAGuestThatDiedAtItsSource() {
    UUID id = submit(null);
    awaitCall();
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().show("kvm-a", guest, DomainState.SHUTOFF_CRASHED);
    hosts().endCall(guest.uuid(), new LibvirtFailure(38, 7, "Connection reset by peer"));
    Tracked ended = awaitEnd(id);
    assertThat(failure(ended).problem().type()).isEqualTo(ProblemType.DOMAIN_NOT_RUNNING);
    assertThat(ended.migration().location()).isEqualTo(DomainLocation.NEITHER);
  }

  @Test
  void saysWhatEndsAJobWhoseGuestPoweredItselfOff() {
    UUID id = submit(null);
    awaitCall();
    hosts().show("kvm-a", guest, DomainState.SHUTOFF_SHUTDOWN);
    hosts().show("kvm-b", guest, DomainState.PAUSED_MIGRATION);
    Migration hung =
        awaitUntil(id, t -> t.migration().state() == MigrationState.NEEDS_ATTENTION).migration();
    assertThat(hung.location()).isEqualTo(DomainLocation.NEITHER);
    assertThat(Objects.requireNonNull(hung.attention()).advice())
        .contains("restart libvirtd at the source");
    hosts().remove("kvm-b", guest.uuid());
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().endCall(guest.uuid(), new LibvirtFailure(38, 7, "End of file"));
    assertThat(awaitEnd(id).migration().location()).isEqualTo(DomainLocation.NEITHER);
  }

  /** The source's daemon died in the switchover; its guest was defined before it came back. */
  private UUID arrivedUnheard(@Nullable MigrationOptions options, DomainState there) {
    UUID id = submit(options);
    awaitCall();
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().show("kvm-a", guest, DomainState.PAUSED_MIGRATION);
    hosts().show("kvm-b", guest, there);
    hosts().completed(guest.uuid(), new CompletedJob(41L, 1_000, 10 * MIB));
    hosts().endCall(guest.uuid(), new LibvirtFailure(38, 7, "End of file while reading data"));
    return id;
  }

  @Test
  void destroysThePausedCopyOfASourceThatNeverHeardOfTheArrival() {
    UUID id = arrivedUnheard(null, DomainState.RUNNING_MIGRATED);
    assertThat(awaitEnd(id).migration().state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(hosts().remarks()).containsExactly("destroy kvm-a", "undefine kvm-a");
    assertThat(migrations.history(id).getLast().cause())
        .contains("the source's paused copy was destroyed");
  }

  @Test
  void letsAGuardedGuestRunOnceTheUnhearingSourceHasNoCopyOfIt() {
    UUID id = arrivedUnheard(GUARDED, DomainState.PAUSED_USER);
    assertThat(awaitEnd(id).migration().state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(hosts().remarks())
        .containsExactly("destroy kvm-a", "resume kvm-b", "undefine kvm-a");
  }

  @Test
  void asksForAPersonWhenTheUnhearingSourceCanNotDestroyItsCopy() {
    hosts().refuseToDestroy();
    UUID id = arrivedUnheard(null, DomainState.RUNNING_MIGRATED);
    Tracked trouble = awaitUntil(id, t -> t.migration().state() == MigrationState.NEEDS_ATTENTION);
    assertThat(trouble.migration().location()).isEqualTo(DomainLocation.DESTINATION);
    assertThat(Objects.requireNonNull(trouble.migration().attention()).advice())
        .contains("Never resume it");
    hosts().remove("kvm-a", guest.uuid());
    assertThat(awaitEnd(id).migration().state()).isEqualTo(MigrationState.SUCCEEDED);
  }

  @Test
  void endsAMigrationThatTakesLongerThanItMay() {
    UUID id = submit(new GivenOptions().timeout(1, LimitAction.CANCEL).build());
    awaitCall();
    await().until(() -> !hosts().aborts().isEmpty());
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().endCall(guest.uuid(), new LibvirtFailure(78, 10, "canceled by client"));
    Failure failure = failure(awaitEnd(id));
    assertThat(failure.problem().type()).isEqualTo(ProblemType.TIME_LIMIT);
    assertThat(failure.problem().detail()).startsWith("It ran for more than 1 s");
  }

  @Test
  void pausesTheGuestOnceAtADeadlineThatAsksForIt() {
    UUID id = submit(new GivenOptions().timeout(1, LimitAction.SUSPEND).build());
    awaitCall();
    hosts().memory(guest.uuid(), 128 * MIB, 100 * MIB, 28 * MIB);
    hosts().show("kvm-b", guest, DomainState.PAUSED_MIGRATION);
    await().until(() -> hosts().remarks().contains("suspend kvm-a"));
    assertThat(find(id).migration().phase()).isEqualTo(Phase.MEMORY);
    assertThat(find(id).migration().suspended()).isTrue();
    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().remove("kvm-a", guest.uuid());
    hosts().endCall(guest.uuid());
    assertThat(awaitEnd(id).migration().state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(hosts().remarks()).containsExactly("suspend kvm-a");
  }

  @Test
  void letsTheGuestRunAgainThatItPausedWhenTheMigrationFails() {
    UUID id = submit(new GivenOptions().timeout(1, LimitAction.SUSPEND).build());
    awaitCall();
    await().until(() -> hosts().remarks().contains("suspend kvm-a"));
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().endCall(guest.uuid(), new LibvirtFailure(9, 10, "unexpectedly failed"));
    assertThat(awaitEnd(id).migration().state()).isEqualTo(MigrationState.FAILED);
    assertThat(hosts().remarks()).containsExactly("suspend kvm-a", "resume kvm-a");
  }

  @Test
  void switchesToPostCopyOnlyInTheMemoryPhase() {
    UUID id = submit(new GivenOptions().postCopy().timeout(1, LimitAction.POST_COPY).build());
    awaitCall();
    assertThat(hosts().made().getFirst().flags()).contains(MigrateFlag.POSTCOPY);
    hosts().blockJob(guest.uuid(), "vda", 10 * MIB, 64 * MIB);
    await()
        .until(
            () -> find(id).progress().disks().getFirst().bytesDone() > 0 && isOlderThan(id, 1_500));
    assertThat(hosts().remarks()).isEmpty();
    hosts().memory(guest.uuid(), 128 * MIB, 100 * MIB, 28 * MIB);
    await().until(() -> hosts().remarks().contains("post-copy kvm-a"));
    hosts().show("kvm-a", guest, DomainState.PAUSED_POSTCOPY);
    hosts().show("kvm-b", guest, DomainState.RUNNING_POSTCOPY);
    awaitUntil(id, t -> t.migration().phase() == Phase.POST_COPY);
    assertThat(find(id).migration().location()).isEqualTo(DomainLocation.DESTINATION);
    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().remove("kvm-a", guest.uuid());
    hosts().endCall(guest.uuid());
    assertThat(awaitEnd(id).migration().state()).isEqualTo(MigrationState.SUCCEEDED);
  }

  private boolean isOlderThan(UUID id, long millis) {
    Instant started = find(id).migration().timeline().startedAt();
    return started != null && Instant.now().isAfter(started.plusMillis(millis));
  }

  @Test
  void showsLibvirtSecretsThatNobodyElseSees() {
    poolAtTheDestination();
    UUID id = submitMoving();
    awaitCall();
    assertThat(hosts().made().getFirst().parameters().get("destination_xml").orElseThrow())
        .hasToString("Text[value=<domain>LIVE secret {vda=/srv/root.raw}</domain>]");
    assertThat(find(id).migration().call().parameters().toString())
        .contains("<domain>LIVE open {vda=/srv/root.raw}</domain>")
        .contains("<domain>PERSISTENT open {vda=/srv/root.raw}</domain>")
        .doesNotContain("secret");
  }

  @Test
  void deletesTheOriginalsOnceTheDestinationRunsOnItsCopies() {
    poolsOnBothHosts();
    UUID id = submit(DELETING);
    awaitCall();
    arriveAt("kvm-b");
    assertThat(fates(awaitEnd(id)))
        .containsExactly(
            "kvm-b vda KEPT", "kvm-b vdb KEPT", "kvm-a vda DELETED", "kvm-a vdb DELETED");
    assertThat(volumes().deeds())
        .endsWith("deleted kvm-a/images/vda.raw", "deleted kvm-a/images/vdb.raw");
  }

  @Test
  void keepsAnOriginalWhoseCopyItDidNotMake() {
    poolsOnBothHosts();
    volumes().volume("kvm-b", volume("vdb.raw", "raw", 64 * MIB));
    UUID id = submit(DELETING);
    awaitCall();
    arriveAt("kvm-b");
    assertThat(fates(awaitEnd(id)))
        .containsExactly("kvm-b vda KEPT", "kvm-a vda DELETED", "kvm-a vdb LEFT");
  }

  @Test
  void keepsAnOriginalThatAnotherDomainOfTheSourceUses() {
    poolsOnBothHosts();
    hosts().put("kvm-a", Domains.running("other", Domains.disk("vdb")));
    UUID id = submit(DELETING);
    awaitCall();
    arriveAt("kvm-b");
    assertThat(fates(awaitEnd(id))).contains("kvm-a vda DELETED", "kvm-a vdb LEFT");
    assertThat(volumes().deeds()).doesNotContain("deleted kvm-a/images/vdb.raw");
  }

  @Test
  void keepsOriginalsThatNoPoolKnows() {
    poolAtTheDestination();
    UUID id = submit(DELETING);
    awaitCall();
    arriveAt("kvm-b");
    assertThat(fates(awaitEnd(id))).contains("kvm-a vda LEFT", "kvm-a vdb LEFT");
    assertThat(volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted"));
  }

  @Test
  void keepsTheOriginalsWhenTheDestinationRunsOnSomethingElse() {
    poolsOnBothHosts();
    UUID id = submit(DELETING);
    awaitCall();
    hosts().put("kvm-b", Domains.running("odd", Domains.network("vda")));
    DomainDescription elsewhere =
        new DomainDescription(
            guest.name(),
            guest.uuid(),
            DomainState.RUNNING_MIGRATED,
            true,
            false,
            MIB,
            Domains.MACHINE,
            List.of(Domains.network("vda"), Domains.disk("vdb")));
    hosts().put("kvm-b", elsewhere);
    hosts().remove("kvm-a", guest.uuid());
    hosts().endCall(guest.uuid());
    assertThat(awaitEnd(id).migration().state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted"));
  }

  @Test
  void neverDeletesOriginalsOfAMigrationThatDidNotSucceed() {
    poolsOnBothHosts();
    UUID id = submit(DELETING);
    awaitCall();
    hosts().rollBackTo("kvm-a");
    assertThat(fates(awaitEnd(id))).containsExactly("kvm-b vda DELETED", "kvm-b vdb DELETED");
    assertThat(volumes().deeds()).noneMatch(deed -> deed.startsWith("deleted kvm-a"));
  }

  private void poolsOnBothHosts() {
    poolAtTheDestination();
    volumes().pool("kvm-a", new StoragePool("images", "dir", "/srv", 0));
    volumes().volume("kvm-a", volume("vda.raw", "raw", 64 * MIB));
    volumes().volume("kvm-a", volume("vdb.raw", "raw", 64 * MIB));
  }

  private void arriveAt(String host) {
    hosts().show(host, guest, DomainState.RUNNING_MIGRATED);
    hosts().remove("kvm-a", guest.uuid());
    hosts().endCall(guest.uuid());
  }

  private static List<String> fates(Tracked tracked) {
    return tracked.migration().volumes().stream()
        .map(v -> "%s %s %s".formatted(v.host(), v.target(), v.state()))
        .toList();
  }

  private UUID submitMoving() {
    return service
        .submit(
            new Submission(
                guest.name(),
                "qemu+tls://kvm-b/system",
                List.of("vda", "vdb"),
                null,
                Map.of("vda", new VolumeWish("images", "root.raw")),
                null,
                5,
                MigrationOptions.NONE,
                null),
            Callers.ADMIN,
            null)
        .migration()
        .migration()
        .id();
  }

  private void poolAtTheDestination() {
    volumes().pool("kvm-b", new StoragePool("images", "dir", "/srv", 1024 * MIB));
  }

  private static StorageVolume volume(String name, String format, long capacity) {
    return new StorageVolume(
        "images", name, "/srv/" + name, format, capacity, 0, null, null, false, null);
  }

  private UUID submit(@Nullable MigrationOptions options) {
    MigrationOptions given = options == null ? MigrationOptions.NONE : options;
    return service
        .submit(Submissions.of(guest.name(), List.of("vda", "vdb"), given), Callers.ADMIN, null)
        .migration()
        .migration()
        .id();
  }

  private void awaitCall() {
    await().until(() -> hosts().made().stream().anyMatch(c -> c.domain().equals(guest.uuid())));
  }

  private Tracked find(UUID id) {
    return service.find(id).orElseThrow();
  }

  private Tracked awaitUntil(UUID id, Predicate<Tracked> condition) {
    return await().until(() -> find(id), condition);
  }

  private Tracked awaitEnd(UUID id) {
    return awaitUntil(id, t -> t.migration().state().terminal());
  }

  private static Failure failure(Tracked tracked) {
    Failure failure = tracked.migration().failure();
    assertThat(failure).isNotNull();
    return failure;
  }
}
