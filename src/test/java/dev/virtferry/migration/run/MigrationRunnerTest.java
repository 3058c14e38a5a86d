package dev.virtferry.migration.run;

import static dev.virtferry.libvirt.Domains.MIB;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.PlayedHosts;
import dev.virtferry.ServiceTest;
import dev.virtferry.access.Callers;
import dev.virtferry.access.Scope;
import dev.virtferry.libvirt.Asker;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.migration.GivenSpec;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationQueries;
import dev.virtferry.migration.MigrationQuery;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Precondition;
import dev.virtferry.migration.Transition;
import dev.virtferry.migration.control.MigrationService;
import dev.virtferry.problem.ProblemType;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Runs as the service carries them, in its own threads, from its queue and its database. */
@ServiceTest
class MigrationRunnerTest extends PlayedHosts {

  @Autowired MigrationService service;
  @Autowired MigrationQueries queries;
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

  private List<MigrationSnapshot> unended() {
    Set<MigrationState> states =
        EnumSet.allOf(MigrationState.class).stream()
            .filter(state -> !state.terminal())
            .collect(toSet());
    return queries
        .list(new MigrationQuery(Scope.EVERYTHING, states, null, null, null, 200, null))
        .items();
  }

  @Test
  void aMigrationGoesFromTheQueueToItsEnd() {
    UUID id = submit();
    awaitCall();
    assertThat(hosts().lastAsker("kvm-b")).isEqualTo(Asker.MIGRATION);
    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().remove("kvm-a", guest.uuid());
    hosts().endCall(guest.uuid());
    awaitThat(id, m -> m.state() == MigrationState.SUCCEEDED);
    assertThat(queries.history(id))
        .extracting(Transition::to)
        .containsExactly(
            MigrationState.QUEUED,
            MigrationState.PREPARING,
            MigrationState.MIGRATING,
            MigrationState.FINISHING,
            MigrationState.SUCCEEDED);
  }

  @Test
  void aRunHearsOfACancel() {
    UUID id = submit();
    awaitCall();
    service.cancel(id, Precondition.NONE);
    await().until(() -> hosts().aborts().contains(guest.uuid()));
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().endCall(guest.uuid(), new LibvirtFailure(78, 10, "operation aborted"));
    awaitThat(id, m -> m.state() == MigrationState.CANCELLED);
  }

  @Test
  void anotherRunOnlyWatchesAMigrationWhoseCallMayHaveBeenMade() throws InterruptedException {
    UUID id = submit();
    awaitCall();
    int callsBefore = hosts().made().size();
    hosts().job(guest.uuid(), Activity.NONE);
    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().remove("kvm-a", guest.uuid());

    MigrationRunner.Ending ending = runner.carry(id, () -> false);
    assertThat(ending).isEqualTo(MigrationRunner.Ending.OVER);
    assertThat(find(id).state()).isEqualTo(MigrationState.SUCCEEDED);
    assertThat(hosts().made()).hasSize(callsBefore);
  }

  @Test
  void failsAtOnceWhenTheWorldChangedInTheQueue() {
    hosts().put("kvm-a", Domains.running("blocker-1", Domains.ownDisk("one", "vda")));
    hosts().put("kvm-a", Domains.running("blocker-2", Domains.ownDisk("two", "vda")));
    service.submit(new GivenSpec("blocker-1").copying("vda").build(), Callers.ADMIN, null);
    service.submit(new GivenSpec("blocker-2").copying("vda").build(), Callers.ADMIN, null);
    UUID id = submit();
    assertThat(find(id).state()).isEqualTo(MigrationState.QUEUED);

    hosts().show("kvm-a", guest, DomainState.SHUTOFF_SHUTDOWN);
    await().until(() -> hosts().made().size() == 2);
    hosts().rollBackTo("kvm-a");
    Migration ended = awaitThat(id, m -> m.state().terminal());
    assertThat(Objects.requireNonNull(ended.failure()).problem().type())
        .isEqualTo(ProblemType.DOMAIN_NOT_RUNNING);
  }

  @Test
  void aRunThatDiedIsGoneOnWithByTheNextOne() {
    volumes().pool("kvm-b", new StoragePool("images", "dir", "/srv", 1024 * MIB));
    volumes()
        .afterCreating(() -> {
          throw new IllegalStateException("Played: the service died");
        });
    submit();
    awaitCall();
    assertThat(volumes().deeds())
        .containsExactly(
            "made kvm-b/images/vda.raw",
            "deleted kvm-b/images/vda.raw",
            "made kvm-b/images/vda.raw",
            "made kvm-b/images/vdb.raw");
  }

  private UUID submit() {
    return service
        .submit(new GivenSpec(guest.name()).copying("vda", "vdb").build(), Callers.ADMIN, null)
        .migration()
        .migration()
        .id();
  }

  private void awaitCall() {
    await().until(() -> hosts().made().stream().anyMatch(c -> c.domain().equals(guest.uuid())));
  }

  private Migration find(UUID id) {
    return queries.find(id).orElseThrow().migration();
  }

  private Migration awaitThat(UUID id, Predicate<Migration> condition) {
    return await().until(() -> find(id), condition);
  }
}
