package dev.virtferry.migration.run;

import static dev.virtferry.libvirt.Domains.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.Overwrite;
import dev.virtferry.disk.VolumeWish;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.SourceType;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.GivenSpec;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.options.GivenOptions;
import dev.virtferry.migration.options.MigrationOptions;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done before libvirt is called, and what becomes of it where that never happens. */
class PreparationTest {

  private final PlayedRun run = new PlayedRun();

  /** The destination's volumes can't be reached once the first one is made. */
  private void submitToAHostThatFallsSilent() {
    run.poolAtTheDestination();
    run.volumes().afterCreating(() -> run.volumes().away(true));
    run.submit(MigrationOptions.NONE);
  }

  private List<String> stillPreparing() {
    assertThat(run.migration().state()).isEqualTo(MigrationState.PREPARING);
    return run.fates();
  }

  @Test
  void waitsForAHostThatFallsSilent() {
    submitToAHostThatFallsSilent();
    run.whenItWaits(() -> assertThat(stillPreparing()).isNotEmpty());
    run.whenItWaits(() -> run.volumes().away(false));
    run.begin();
    assertThat(run.hosts().made()).hasSize(1);
    assertThat(run.volumes().deeds())
        .as("what was half done is done anew")
        .containsExactly(
            "made kvm-b/images/vda.raw",
            "deleted kvm-b/images/vda.raw",
            "made kvm-b/images/vda.raw",
            "made kvm-b/images/vdb.raw");
  }

  @Test
  void isCancelledWhileItWaitsForAHost() {
    submitToAHostThatFallsSilent();
    run.whenItWaits(run::cancel);
    run.whenItWaits(() -> run.volumes().away(false));
    run.begin();
    assertThat(run.migration().state()).isEqualTo(MigrationState.CANCELLED);
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED");
    assertThat(run.hosts().made()).isEmpty();
  }

  @Test
  void endsWhenTheHostStaysSilentAndSaysWhatIsLeftThere() {
    submitToAHostThatFallsSilent();
    run.begin();
    assertThat(run.migration().state()).isEqualTo(MigrationState.FAILED);
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.HOST_UNREACHABLE);
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT", "kvm-b vdb LEFT");
    assertThat(run.hosts().made()).isEmpty();
  }

  /** Its name bound who was allowed to move it. */
  @Test
  void failsWhenTheGuestWasRenamedMeanwhile() {
    run.submit(MigrationOptions.NONE);
    DomainDescription guest = run.guest();
    run.hosts()
        .put(
            "kvm-a",
            new DomainDescription(
                "another",
                guest.uuid(),
                guest.run(),
                guest.state(),
                guest.persistent(),
                guest.autostart(),
                guest.memoryBytes(),
                guest.machine(),
                guest.disks(),
                true));
    run.begin();
    assertThat(run.failure().problem().detail())
        .contains("has another name now")
        .doesNotContain("another'");
    assertThat(run.hosts().made()).isEmpty();
  }

  @Test
  void failsWhenTheGuestStoppedMeanwhile() {
    run.submit(MigrationOptions.NONE);
    run.source(DomainState.SHUTOFF_SHUTDOWN);
    run.begin();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DOMAIN_NOT_RUNNING);
    assertThat(run.migration().timeline().startedAt()).isNull();
    assertThat(run.migration().location()).isEqualTo(DomainLocation.NEITHER);
  }

  @Test
  void saysThatNoHostHasAGuestThatIsGone() {
    run.submit(MigrationOptions.NONE);
    run.source(DomainState.ABSENT);
    run.begin();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DOMAIN_NOT_FOUND);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.NEITHER);
  }

  @Test
  void saysThatTheDestinationHasAGuestThatOthersMovedMeanwhile() {
    run.submit(MigrationOptions.NONE);
    run.source(DomainState.ABSENT);
    run.destination(DomainState.RUNNING_MIGRATED);
    run.begin();
    assertThat(run.migration().state()).isEqualTo(MigrationState.FAILED);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.DESTINATION);
  }

  @Test
  void namesNoPlaceWhileTheSourceIsSilent() {
    run.submit(MigrationOptions.NONE);
    run.hosts().cutOff("kvm-a");
    run.begin();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.HOST_UNREACHABLE);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.UNKNOWN);
  }

  @Test
  void namesTheSourceWhileOnlyTheDestinationIsSilent() {
    run.submit(MigrationOptions.NONE);
    run.hosts().cutOff("kvm-b");
    run.begin();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.HOST_UNREACHABLE);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.SOURCE);
  }

  @Test
  void saysWhereTheGuestIsThatWasCancelledInTime() {
    submitToAHostThatFallsSilent();
    run.whenItWaits(() -> {
      run.source(DomainState.SHUTOFF_DESTROYED);
      run.cancel();
      run.volumes().away(false);
    });
    run.begin();
    assertThat(run.migration().state()).isEqualTo(MigrationState.CANCELLED);
    assertThat(run.migration().location()).isEqualTo(DomainLocation.NEITHER);
  }

  @Test
  void failsWhenAVolumeCanNotBeMade() {
    run.poolAtTheDestination();
    run.volumes().refuse(new LibvirtFailure(38, 18, "No space left on device"));
    run.submit(MigrationOptions.NONE);
    run.begin();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(run.fates()).as("nothing came into being").isEmpty();
    assertThat(run.hosts().made()).isEmpty();
  }

  @Test
  void neverDeletesWhatSomebodyElseMadeInTheSameMoment() {
    run.poolAtTheDestination();
    run.volumes().beforeCreating(() -> run.raw("kvm-b", "vdb.raw", 64 * MIB));
    run.submit(MigrationOptions.NONE);
    run.begin();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED", "kvm-b vdb LEFT");
    assertThat(run.volumes().deeds())
        .containsExactly("made kvm-b/images/vda.raw", "deleted kvm-b/images/vda.raw");
  }

  /** The service dies right after it made the first volume, and another run goes on. */
  private void dieAfterCreating(Runnable lastDeed) {
    run.poolAtTheDestination();
    run.raw("kvm-b", "vdb.raw", 64 * MIB);
    run.volumes()
        .afterCreating(() -> {
          lastDeed.run();
          throw new IllegalStateException("Played: the service died");
        });
    run.submit(MigrationOptions.NONE);
    assertThatThrownBy(run::begin).hasMessage("Played: the service died");
    run.begin();
  }

  @Test
  void makesAVolumeAnewThatAnotherRunMadeAndHadNoTimeToNote() {
    dieAfterCreating(() -> {});
    assertThat(run.fates()).containsExactly("kvm-b vda MADE");
    assertThat(run.volumes().deeds())
        .containsExactly(
            "made kvm-b/images/vda.raw",
            "deleted kvm-b/images/vda.raw",
            "made kvm-b/images/vda.raw");
  }

  @Test
  void leavesAVolumeOfAnotherSizeThanItWasAboutToMake() {
    dieAfterCreating(() -> run.raw("kvm-b", "vda.raw", 64 * MIB));
    assertThat(run.fates()).containsExactly("kvm-b vda LEFT");
    assertThat(run.volumes().deeds()).containsExactly("made kvm-b/images/vda.raw");
  }

  private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

  /** Somebody moves what was made out of the way, and another image there. */
  private void replace(String name, long bytes) {
    run.stamped("kvm-b", name, bytes, 32 * MIB, NOON);
  }

  private void failedAndLeft(String... fates) {
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(run.fates()).containsExactly(fates);
    assertThat(run.hosts().made()).isEmpty();
    assertThat(run.volumes().deeds()).doesNotContain("deleted kvm-b/images/vda.raw");
  }

  @Test
  void shrinksAndDeletesNothingThatTookThePlaceOfWhatItMade() {
    run.poolAtTheDestination();
    run.volumes().afterCreating(() -> replace("vda.raw", 100 * MIB));
    run.submit(MigrationOptions.NONE);
    run.begin();
    failedAndLeft("kvm-b vda LEFT");
    assertThat(run.volumes().volume(new HostAddress("kvm-b", ""), "images", "vda.raw"))
        .map(StorageVolume::capacityBytes)
        .contains(100 * MIB);
  }

  @Test
  void copiesOverNothingThatTookThePlaceOfWhatItShrank() {
    run.poolAtTheDestination();
    run.volumes().afterShrinking(() -> replace("vda.raw", 64 * MIB));
    run.submit(MigrationOptions.NONE);
    run.begin();
    failedAndLeft("kvm-b vda LEFT", "kvm-b vdb DELETED");
  }

  @Test
  void copiesOverNothingThatTookThePlaceOfAVolumeWhileItMadeAnother() {
    run.poolAtTheDestination();
    run.volumes()
        .afterShrinking(() -> run.volumes().afterShrinking(() -> replace("vda.raw", 64 * MIB)));
    run.submit(MigrationOptions.NONE);
    run.begin();
    failedAndLeft("kvm-b vda LEFT", "kvm-b vdb DELETED");
  }

  @Test
  void copiesOverNothingThatWasWrittenRightBeforeTheCall() {
    run.poolAtTheDestination();
    run.stamped("kvm-b", "vda.raw", 64 * MIB, 0, NOON.minusSeconds(60));
    run.volumes().afterCreating(() -> replace("vda.raw", 64 * MIB));
    run.submit(MigrationOptions.NONE);
    run.begin();
    failedAndLeft("kvm-b vdb DELETED");
  }

  @Test
  void deletesNothingThatTookThePlaceOfAVolumeWhileTheServiceWasDead() {
    run.poolAtTheDestination();
    run.volumes()
        .afterShrinking(() -> {
          replace("vda.raw", 64 * MIB);
          throw new IllegalStateException("Played: the service died");
        });
    run.submit(MigrationOptions.NONE);
    assertThatThrownBy(run::begin).hasMessage("Played: the service died");
    run.begin();
    failedAndLeft("kvm-b vda LEFT");
  }

  @Test
  void makesAVolumeAnewThatAnotherRunHadNoTimeToMeasureAgain() {
    run.poolAtTheDestination();
    run.volumes()
        .afterShrinking(() -> {
          throw new IllegalStateException("Played: the service died");
        });
    run.submit(MigrationOptions.NONE);
    assertThatThrownBy(run::begin).hasMessage("Played: the service died");
    run.begin();
    assertThat(run.fates()).containsExactly("kvm-b vda MADE", "kvm-b vdb MADE");
  }

  private void submitAnOverlay(byte[] here, byte[] there) {
    submitAnOverlay(here, there, new GivenOptions().verifyingContent().build());
  }

  private void submitAnOverlay(byte[] here, byte[] there, MigrationOptions options) {
    var base = new DiskImage(SourceType.FILE, "/srv/base.raw", "raw", null);
    run.guest(
        Domains.running(
            "overlaid",
            Domains.onImage("vda", new DiskImage(SourceType.FILE, "/srv/o.qcow2", "qcow2", base))));
    run.poolAtTheDestination();
    run.volumes().pool("kvm-a", new StoragePool("images", "dir", "/srv", 0));
    for (String host : List.of("kvm-a", "kvm-b")) {
      run.raw(host, "base.raw", 3 * MIB);
    }
    run.overlay("kvm-a", "o.qcow2", "/srv/base.raw");
    run.volumes().content("kvm-a", "images", "base.raw", here);
    run.volumes().content("kvm-b", "images", "base.raw", there);
    run.submit(
        new GivenSpec("overlaid").copying("vda").by(CopyMode.INCREMENTAL).with(options).build());
  }

  @Test
  void whatACopyIsBuiltOnIsKnownAgain() {
    submitAnOverlay(
        new byte[] {1},
        new byte[] {1},
        new GivenOptions().verifyingContent().deletingOriginals().build());
    run.begin();
    run.arrive();
    run.lookUntilTheEnd();
    // The played QEMU tells too little of a qcow2 image.
    assertThat(run.migration().volumes().getLast().reason())
        .isEqualTo("The guest is not seen to write into its copy.");
  }

  @Test
  void anOriginalIsLeftWhereItsCopyIsBuiltOnSomethingElseByNow() {
    submitAnOverlay(
        new byte[] {1},
        new byte[] {1},
        new GivenOptions().verifyingContent().deletingOriginals().build());
    run.begin();
    run.raw("kvm-b", "base.raw", 2 * MIB);
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.fates()).containsExactly("kvm-b vda KEPT", "kvm-a vda LEFT");
    assertThat(run.migration().volumes().getLast().reason()).contains("What its copy is built on");
  }

  @Test
  void readsTheBackingImagesOfBothHosts() {
    submitAnOverlay(new byte[] {1, 2, 3}, new byte[] {1, 2, 3, 0});
    run.begin();
    assertThat(run.hosts().made()).hasSize(1);
    assertThat(run.now().progress().verification())
        .isEqualTo(new Progress.Verification(3 * MIB, 3 * MIB));
  }

  private static Progress.Verification compared(long mib) {
    return new Progress.Verification(3 * MIB, mib * MIB);
  }

  /** So much was compared, whatever a client reads afterwards. */
  @Test
  void aComparisonThatIsCancelledStaysWhereItWas() {
    submitAnOverlay(new byte[] {1}, new byte[] {1});
    run.volumes().whileReading("kvm-b", "images", "base.raw", this::cancelASecondLater);
    run.begin();
    assertThat(run.migration().state()).isEqualTo(MigrationState.CANCELLED);
    assertThat(run.now().progress().verification()).isEqualTo(compared(1));
  }

  private void cancelASecondLater() {
    run.cancel();
    run.sleep(Duration.ofSeconds(1));
  }

  @Test
  void aComparisonThatFoundADifferenceDidNotGetToItsEnd() {
    submitAnOverlay(new byte[] {1, 2, 3}, new byte[] {1, 2, 4});
    run.begin();
    assertThat(run.migration().state()).isEqualTo(MigrationState.FAILED);
    assertThat(run.now().progress().verification()).isEqualTo(compared(0));
  }

  @Test
  void readsNothingForTheNextDiskOnceItIsCancelled() {
    run.poolsOnBothHosts();
    run.guest(Domains.running("overlaid", overlay("vda"), overlay("vdb")));
    run.submit(
        new GivenSpec("overlaid")
            .copying("vda", "vdb")
            .by(CopyMode.INCREMENTAL)
            .with(new GivenOptions().verifyingContent().build())
            .build());
    run.volumes().whileReading("kvm-b", "images", "vda-base.raw", this::cancelASecondLater);
    List<String> read = new ArrayList<>();
    run.volumes().whileReading("kvm-a", "images", "vdb-base.raw", () -> read.add("vdb"));
    run.begin();
    assertThat(run.migration().state()).isEqualTo(MigrationState.CANCELLED);
    assertThat(read).isEmpty();
    assertThat(run.now().progress().verification())
        .isEqualTo(new Progress.Verification(6 * MIB, MIB));
  }

  /** A disk of the source on an image of three MiB that both hosts have. */
  private DomainDisk overlay(String target) {
    String base = target + "-base.raw";
    String top = target + ".qcow2";
    run.raw("kvm-a", base, 3 * MIB);
    run.raw("kvm-b", base, 3 * MIB);
    run.overlay("kvm-a", top, "/srv/" + base);
    var beneath = new DiskImage(SourceType.FILE, "/srv/" + base, "raw", null);
    return Domains.onImage(target, new DiskImage(SourceType.FILE, "/srv/" + top, "qcow2", beneath));
  }

  @Test
  void looksAgainAfterItHasReadThemAsThatTakesItsTime() {
    submitAnOverlay(new byte[] {1}, new byte[] {1});
    run.volumes()
        .whileReading(
            "kvm-a",
            "images",
            "base.raw",
            () ->
                run.hosts()
                    .define(
                        "kvm-b",
                        UUID.randomUUID(),
                        "<domain><devices><disk type='file'><source file='/srv/base.raw'/></disk></devices></domain>"));
    run.begin();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(run.failure().problem().detail()).contains("belongs to the domain");
    assertThat(run.hosts().made()).isEmpty();
  }

  private void submitAnOverlayOnImagesWithTimes() {
    submitAnOverlay(
        new byte[] {1},
        new byte[] {1},
        new GivenOptions().verifyingContent().deletingOriginals().build());
    run.stamped("kvm-a", "base.raw", 3 * MIB, MIB, NOON);
    run.stamped("kvm-b", "base.raw", 3 * MIB, MIB, NOON);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kvm-a", "kvm-b"})
  void buildsNothingOnAnImageThatIsWrittenWhileItIsRead(String host) {
    submitAnOverlayOnImagesWithTimes();
    run.volumes()
        .whileReading(
            host,
            "images",
            "base.raw",
            () -> run.stamped(host, "base.raw", 3 * MIB, MIB, NOON.plusSeconds(1)));
    run.begin();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(run.failure().problem().detail())
        .isEqualTo(
            "Somebody replaced /srv/base.raw, or wrote into it, after it was compared for vda; submit it anew.");
    assertThat(run.hosts().made()).isEmpty();
    assertThat(run.volumes().deeds()).isEmpty();
  }

  @Test
  void buildsNothingOnAnImageThatIsReplacedRightBeforeTheCall() {
    submitAnOverlayOnImagesWithTimes();
    run.volumes()
        .afterShrinking(() -> run.stamped("kvm-b", "base.raw", 3 * MIB, MIB, NOON.plusSeconds(1)));
    run.begin();
    assertThat(run.failure().problem().detail()).startsWith("Somebody replaced /srv/base.raw");
    assertThat(run.fates()).containsExactly("kvm-b vda DELETED");
    assertThat(run.hosts().made()).isEmpty();
  }

  /** Whoever starts a guest on a backing image gives it to QEMU's user. */
  @Test
  void takesAnotherOwnerOfABackingImageForNoWriting() {
    submitAnOverlayOnImagesWithTimes();
    run.begin();
    run.volumes()
        .volume(
            "kvm-b",
            new StorageVolume(
                "images",
                "base.raw",
                "/srv/base.raw",
                "raw",
                3 * MIB,
                MIB,
                3 * MIB,
                null,
                new StorageVolume.Permissions("0600", "64055", "64055"),
                false,
                null,
                new StorageVolume.Timestamps(NOON, NOON.plusSeconds(9))));
    run.arrive();
    run.lookUntilTheEnd();
    assertThat(run.migration().volumes().getLast().reason())
        .isEqualTo("The guest is not seen to write into its copy.");
  }

  @Test
  void makesNothingWhenTheBackingImagesDiffer() {
    submitAnOverlay(new byte[] {1, 2, 3}, new byte[] {1, 2, 4});
    run.begin();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(run.failure().problem().detail())
        .contains("/srv/base.raw is not the same")
        .contains("byte 2.");
    assertThat(run.volumes().deeds()).isEmpty();
    assertThat(run.hosts().made()).isEmpty();
  }

  private void endsAsMoreThanWasAccepted(String words) {
    assertThat(run.migration().state()).isEqualTo(MigrationState.FAILED);
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(run.failure().problem().detail()).contains(words).contains("more than");
    assertThat(run.hosts().made()).isEmpty();
    assertThat(run.volumes().deeds()).isEmpty();
  }

  @Test
  void doesNotOverwriteWhatSomebodyMadeWhileItWaited() {
    run.poolAtTheDestination();
    run.submit(MigrationOptions.NONE);
    run.raw("kvm-b", "vdb.raw", 64 * MIB);
    run.begin();
    endsAsMoreThanWasAccepted("/srv/vdb.raw was to be made for vdb");
  }

  @Test
  void doesNotOverwriteUnseenWhatAPoolShowedBefore() {
    run.poolAtTheDestination();
    run.submit(MigrationOptions.NONE);
    run.volumes().withoutPools("kvm-b");
    run.begin();
    endsAsMoreThanWasAccepted("No pool shows /srv/vda.raw any more");
  }

  @Test
  void doesNotFollowADiskToAnotherPath() {
    run.poolAtTheDestination();
    run.submit(MigrationOptions.NONE);
    var pivoted = new DiskImage(SourceType.FILE, "/srv/snapshot.raw", "raw", null);
    run.guest(Domains.withDisks(run.guest(), Domains.onImage("vda", pivoted), Domains.disk("vdb")));
    run.begin();
    endsAsMoreThanWasAccepted("vda was to go to /srv/vda.raw and would go to /srv/snapshot.raw");
  }

  @Test
  void doesNotDeleteAnotherImageAtTheSourceThanItWasTo() {
    run.poolsOnBothHosts();
    run.raw("kvm-a", "other.raw", 64 * MIB);
    var fast = Map.of("vda", new VolumeWish("images", "copy.raw"));
    run.submit(
        new GivenSpec("web")
            .copying("vda", "vdb")
            .placing(fast)
            .with(new GivenOptions().deletingOriginals().build())
            .build());
    var other = new DiskImage(SourceType.FILE, "/srv/other.raw", "raw", null);
    run.guest(Domains.withDisks(run.guest(), Domains.onImage("vda", other), Domains.disk("vdb")));
    run.begin();
    endsAsMoreThanWasAccepted("/srv/other.raw, is another than it was");
  }

  @Test
  void makesAnewWhatWasToBeOverwrittenAndIsGone() {
    run.poolAtTheDestination();
    run.raw("kvm-b", "vdb.raw", 64 * MIB);
    run.submit(MigrationOptions.NONE);
    run.volumes().vanish("kvm-b", "images", "vdb.raw");
    run.begin();
    assertThat(run.fates()).containsExactly("kvm-b vda MADE", "kvm-b vdb MADE");
    assertThat(run.hosts().made()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"OWN", "ANY"})
  void doesNotOverwriteWhatSomebodyWroteIntoAnEmptyImageWhileItWaited(Overwrite overwrite) {
    run.poolAtTheDestination();
    run.raw("kvm-b", "vdb.raw", 64 * MIB);
    run.submit(new GivenOptions().overwriting(overwrite).build());
    run.stamped("kvm-b", "vdb.raw", 64 * MIB, 9 * MIB, Instant.EPOCH);
    run.begin();
    assertThat(run.migration().state()).isEqualTo(MigrationState.FAILED);
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(run.failure().problem().detail()).contains("/srv/vdb.raw");
    assertThat(run.hosts().made()).isEmpty();
    assertThat(run.volumes().deeds()).isEmpty();
  }

  /** A guest on an image of its own, and the overlay that it left at the destination once. */
  private void submitWhereAnOverlayWasLeft() {
    run.guest(
        Domains.running(
            "web",
            Domains.onImage("vda", new DiskImage(SourceType.FILE, "/srv/o.qcow2", "qcow2", null))));
    run.poolAtTheDestination();
    run.overlay("kvm-b", "o.qcow2", "/srv/base.raw", NOON);
    run.left("o.qcow2");
    run.submit(new GivenSpec("web").copying("vda").build());
  }

  @Test
  void replacesTheOverlayThatTheGuestLeft() {
    submitWhereAnOverlayWasLeft();
    run.begin();
    assertThat(run.hosts().made()).hasSize(1);
    assertThat(run.fates()).containsExactly("kvm-b vda MADE");
    assertThat(run.volumes().deeds())
        .containsExactly("deleted kvm-b/images/o.qcow2", "made kvm-b/images/o.qcow2");
    assertThat(run.volumes().volume(new HostAddress("kvm-b", ""), "images", "o.qcow2"))
        .map(StorageVolume::backing)
        .isEmpty();
  }

  @Test
  void replacesTheOverlayThatTheGuestLeftThoughTheServiceDiesInBetween() {
    submitWhereAnOverlayWasLeft();
    run.volumes()
        .beforeCreating(() -> {
          run.volumes().beforeCreating(() -> {});
          throw new IllegalStateException("Played: the service died");
        });
    assertThatThrownBy(run::begin).hasMessage("Played: the service died");
    run.begin();
    assertThat(run.fates()).containsExactly("kvm-b vda MADE");
    assertThat(run.volumes().deeds())
        .containsExactly("deleted kvm-b/images/o.qcow2", "made kvm-b/images/o.qcow2");
  }

  @Test
  void replacesNoOverlayThatSomebodyWroteIntoWhileItWaited() {
    submitWhereAnOverlayWasLeft();
    run.overlay("kvm-b", "o.qcow2", "/srv/base.raw", NOON.plusSeconds(1));
    run.begin();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(run.volumes().deeds()).isEmpty();
  }

  private static final String NVRAM = "/var/lib/libvirt/qemu/nvram/";

  private void describeGuest(String more) {
    run.hosts().describe(run.guest().uuid(), "<domain><name>web</name>%s</domain>".formatted(more));
  }

  /** A domain of the destination that does not run. */
  private void another(String more) {
    run.hosts()
        .define(
            "kvm-b", UUID.randomUUID(), "<domain><name>other</name>%s</domain>".formatted(more));
  }

  @Test
  void givesNvramTheNewNameInBothDefinitions() {
    describeGuest("<os><nvram>" + NVRAM + "web_VARS.fd</nvram></os>");
    another("<os><nvram>" + NVRAM + "web_VARS.fd</nvram></os>");
    run.submit(new GivenOptions().named("web2").build());
    run.begin();
    String names = "{%1$sweb_VARS.fd=%1$sweb2_VARS.fd}".formatted(NVRAM);
    assertThat(run.hosts().made().getFirst().parameters().toString())
        .contains("LIVE secret", "PERSISTENT secret", names);
  }

  @Test
  void refusesWhatAnotherDomainOfTheDestinationNames() {
    describeGuest(
        "<devices><serial type='unix'><source mode='bind' path='/run/c'/></serial></devices>");
    another(
        "<devices><channel type='unix'><source mode='bind' path='/run/c'/></channel></devices>");
    assertThatThrownBy(() -> run.submit(MigrationOptions.NONE))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.problem().type()).isEqualTo(ProblemType.DESTINATION_CONFLICT);
              assertThat(refused.problem().detail())
                  .contains("devices/serial", "/run/c", "belongs to the domain");
            });
  }

  @Test
  void refusesNvramUnderItsOwnNameAndUnderTheNewOne() {
    describeGuest("<os><nvram>" + NVRAM + "web_VARS.fd</nvram></os>");
    another("<os><nvram>" + NVRAM + "web_VARS.fd</nvram></os>");
    assertThatThrownBy(() -> run.submit(MigrationOptions.NONE)).hasMessageContaining("web_VARS.fd");
    another("<os><nvram>" + NVRAM + "web2_VARS.fd</nvram></os>");
    assertThatThrownBy(() -> run.submit(new GivenOptions().named("web2").build()))
        .hasMessageContaining("web2_VARS.fd");
  }

  @Test
  void leavesNvramAloneThatItsOwnerNamed() {
    describeGuest("<os><nvram>/srv/web_VARS.fd</nvram></os>");
    another("<os><nvram>/srv/web_VARS.fd</nvram></os>");
    assertThatThrownBy(() -> run.submit(new GivenOptions().named("web2").build()))
        .hasMessageContaining("/srv/web_VARS.fd");
  }

  @Test
  void looksAgainForWhoHasWhatTheGuestOpens() {
    describeGuest("<devices><serial type='file'><source path='/log/web'/></serial></devices>");
    run.submit(MigrationOptions.NONE);
    another("<devices><serial type='file'><source path='/log//web'/></serial></devices>");
    run.begin();
    assertThat(run.failure().problem().type()).isEqualTo(ProblemType.DESTINATION_CONFLICT);
    assertThat(run.hosts().made()).isEmpty();
  }

  @Test
  void waitsForASilentHostThoughTheClockIsSet() {
    submitToAHostThatFallsSilent();
    run.whenItWaits(() -> run.setTheClock(Duration.ofHours(3)));
    run.whenItWaits(() -> assertThat(stillPreparing()).isNotEmpty());
    run.whenItWaits(() -> run.volumes().away(false));
    run.begin();
    assertThat(run.hosts().made()).hasSize(1);
  }
}
