package dev.virtferry.migration.control;

import static dev.virtferry.libvirt.Domains.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.virtferry.PlayedHosts;
import dev.virtferry.ServiceTest;
import dev.virtferry.access.Callers;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.MigrateFlag;
import dev.virtferry.libvirt.TypedValue;
import dev.virtferry.migration.Completion;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.GivenSpec;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationQueries;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.Precondition;
import dev.virtferry.migration.Tuning;
import dev.virtferry.migration.Tuning.Reach;
import dev.virtferry.migration.options.GivenOptions;
import dev.virtferry.migration.options.OptionsPatch;
import dev.virtferry.migration.run.BandwidthTuner;
import dev.virtferry.migration.run.SteeringProperties;
import dev.virtferry.problem.Refused;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@ServiceTest
class SteeringServiceTest extends PlayedHosts {

  @Autowired MigrationService service;
  @Autowired MigrationQueries queries;
  @Autowired SteeringService steering;

  private DomainDescription guest = Domains.running("unset");
  private UUID id = new UUID(0, 0);

  @BeforeEach
  void aGuestOnKvmA() {
    hosts().reset();
    volumes().reset();
    guest = Domains.running("web-" + UUID.randomUUID(), Domains.disk("vda"), Domains.disk("vdb"));
    hosts().put("kvm-a", guest);
  }

  @AfterEach
  void theMigrationHasEnded() {
    await()
        .until(() -> {
          hosts().rollBackTo("kvm-a");
          return now().migration().state().terminal();
        });
  }

  private void migrate(GivenOptions options) {
    id =
        service
            .submit(
                new GivenSpec(guest.name()).copying("vda", "vdb").with(options.build()).build(),
                Callers.ADMIN,
                null)
            .migration()
            .migration()
            .id();
    await().until(() -> !hosts().made().isEmpty());
  }

  private void copy() {
    hosts().show("kvm-b", guest, DomainState.PAUSED_MIGRATION);
    hosts().blockJob(guest.uuid(), "vda", 10 * MIB, 64 * MIB);
    hosts().blockJob(guest.uuid(), "vdb", 10 * MIB, 64 * MIB);
    awaitThat(t -> t.progress().disks().getLast().bytesDone() > 0);
  }

  private void copyMemory() {
    hosts().memory(guest.uuid(), 128 * MIB, 100 * MIB, 28 * MIB);
    awaitThat(t -> t.migration().phase() == Phase.MEMORY);
  }

  private MigrationSnapshot now() {
    return queries.find(id).orElseThrow();
  }

  private void awaitThat(Predicate<MigrationSnapshot> condition) {
    await().until(this::now, condition);
  }

  private Tuning retune(long bandwidth) {
    Migration retuned =
        steering
            .retune(id, new OptionsPatch(bandwidth, null), Precondition.NONE)
            .orElseThrow()
            .migration();
    assertThat(retuned.options().rates().bandwidthMiBps()).isEqualTo(bandwidth);
    Tuning tuning = retuned.status().tuning();
    assertThat(tuning).isNotNull();
    return tuning;
  }

  @Test
  void tellsMemoryAndCopiesWhereLibvirtReachesBoth() {
    migrate(new GivenOptions().bandwidth(2));
    copy();
    hosts().heedBandwidth();
    assertThat(retune(50).reach()).isEqualTo(Reach.EVERY_STREAM);
    assertThat(hosts().remarks()).containsOnlyOnce("bandwidth 50");
  }

  @Test
  void saysThatOnlyMemoryChangesWhereLibvirtLeavesTheCopiesAlone() {
    migrate(new GivenOptions().bandwidth(2));
    copy();
    Tuning tuning = retune(50);
    assertThat(tuning.reach()).isEqualTo(Reach.MEMORY_ONLY);
    assertThat(tuning.detail()).contains("ferry.qemu-monitor");
    assertThat(hosts().remarks()).containsExactly("bandwidth 50");
  }

  @Test
  void asksQemuItselfOnlyWhereThatIsSwitchedOn() {
    migrate(new GivenOptions());
    copy();
    var source = new HostAddress("kvm-a", "");
    var tuner = new BandwidthTuner(hosts().ports(), new SteeringProperties(true));
    assertThat(tuner.tune(source, now().migration().plan(), 50))
        .hasValueSatisfying(t -> assertThat(t.reach()).isEqualTo(Reach.EVERY_STREAM));
    assertThat(hosts().remarks()).containsExactly("bandwidth 50", "monitor [vda, vdb] 50");
  }

  @Test
  void tellsTheJobLaterWhatWasAskedForBeforeItsCopiesBegan() {
    migrate(new GivenOptions());
    MigrationSnapshot early =
        steering.retune(id, new OptionsPatch(50L, 700L), Precondition.NONE).orElseThrow();
    assertThat(early.migration().status().tuning()).isNull();
    copy();
    awaitThat(t -> t.migration().status().tuning() != null);
    assertThat(hosts().remarks()).contains("bandwidth 50", "downtime 700");
  }

  @Test
  void doesNotRepeatWhatTheCallHasSaid() {
    migrate(new GivenOptions().bandwidth(2));
    assertThat(hosts().made().getFirst().parameters().get("bandwidth"))
        .contains(new TypedValue.ULLong(2L));
    copy();
    assertThat(hosts().remarks()).as("the call has said it").isEmpty();
  }

  @Test
  void keepsNothingWhenTheSourceCouldNotBeTold() {
    migrate(new GivenOptions().bandwidth(2));
    copy();
    hosts().cutOff("kvm-a");
    assertThatThrownBy(() -> steering.retune(id, new OptionsPatch(50L, null), Precondition.NONE))
        .isInstanceOf(HostUnreachable.class);
    assertThat(now().migration().options().rates().bandwidthMiBps()).isEqualTo(2);
    hosts().bringBack("kvm-a");
  }

  @Test
  void suspendsTheGuestNotBeforeTheMemoryPhase() {
    migrate(new GivenOptions());
    copy();
    Migration asked =
        steering.complete(id, Completion.SUSPEND, Precondition.NONE).orElseThrow().migration();
    assertThat(asked.status().completion()).isEqualTo(Completion.SUSPEND);
    hosts().blockJob(guest.uuid(), "vda", 20 * MIB, 64 * MIB);
    awaitThat(t -> t.progress().disks().getFirst().bytesDone() == 20 * MIB);
    assertThat(hosts().remarks()).isEmpty();
    copyMemory();
    await().until(() -> hosts().remarks().contains("suspend kvm-a"));
    assertThat(now().migration().status().suspended()).isTrue();
  }

  @Test
  void switchesToPostCopyOnceMemoryIsCopied() {
    migrate(new GivenOptions().postCopy());
    copy();
    steering.complete(id, Completion.POST_COPY, Precondition.NONE);
    copyMemory();
    await().until(() -> hosts().remarks().contains("post-copy kvm-a"));
  }

  @Test
  void refusesPostCopyToAMigrationThatWasStartedWithoutIt() {
    migrate(new GivenOptions());
    assertThatThrownBy(() -> steering.complete(id, Completion.POST_COPY, Precondition.NONE))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("options.postCopy");
  }

  @Test
  void goesOnWithALostPostCopyUntilQemuTakesIt() {
    migrate(new GivenOptions().postCopy());
    copy();
    copyMemory();
    assertThatThrownBy(() -> steering.resumePostCopy(id, Precondition.NONE))
        .isInstanceOf(Refused.class);
    hosts().show("kvm-a", guest, DomainState.PAUSED_POSTCOPY_FAILED);
    hosts().show("kvm-b", guest, DomainState.SHUTOFF_DESTROYED);
    awaitThat(t -> t.migration().location() == DomainLocation.NEITHER);
    assertThatThrownBy(() -> steering.resumePostCopy(id, Precondition.NONE))
        .isInstanceOf(Refused.class);
    hosts().show("kvm-b", guest, DomainState.RUNNING_POSTCOPY);
    awaitThat(t -> t.migration().location() == DomainLocation.DESTINATION);
    assertThat(now().migration().state()).isEqualTo(MigrationState.NEEDS_ATTENTION);
    hosts().refuseResumptions(true);
    steering.resumePostCopy(id, Precondition.NONE);
    awaitThat(t -> String.valueOf(t.migration().attention()).contains("still running"));
    assertThat(now().migration().state()).isEqualTo(MigrationState.RECOVERING);
    hosts().refuseResumptions(false);
    int refused = hosts().made().size();
    await().until(() -> hosts().made().size() > refused);
    MigrateCall again = hosts().made().getLast();
    assertThat(again.flags())
        .contains(MigrateFlag.POSTCOPY, MigrateFlag.POSTCOPY_RESUME)
        .doesNotContain(MigrateFlag.NON_SHARED_DISK);
    hosts().show("kvm-a", guest, DomainState.PAUSED_POSTCOPY);
    awaitThat(t -> t.migration().state() == MigrationState.MIGRATING);
    assertThat(now().migration().phase()).isEqualTo(Phase.POST_COPY);
    assertThat(now().migration().status().resumptionRequested()).isFalse();
    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().remove("kvm-a", guest.uuid());
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().endCall(guest.uuid());
    awaitThat(t -> t.migration().state() == MigrationState.SUCCEEDED);
  }

  @Test
  void knowsNoMigrationThatIsNotThere() {
    migrate(new GivenOptions());
    UUID nobody = UUID.randomUUID();
    assertThat(steering.retune(nobody, new OptionsPatch(1L, null), Precondition.NONE)).isEmpty();
    assertThat(steering.complete(nobody, Completion.SUSPEND, Precondition.NONE)).isEmpty();
    assertThat(steering.resumePostCopy(nobody, Precondition.NONE)).isEmpty();
  }
}
