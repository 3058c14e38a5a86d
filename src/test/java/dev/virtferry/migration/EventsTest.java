package dev.virtferry.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.BesideOthers;
import dev.virtferry.PlayedHosts;
import dev.virtferry.ServiceTest;
import dev.virtferry.access.Callers;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainEvent;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.migration.control.MigrationService;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** Runs that would look only once an hour if libvirt told them nothing. */
@ServiceTest
@TestPropertySource(properties = "ferry.watch.interval=1h")
@BesideOthers
class EventsTest extends PlayedHosts {

  private final DomainDescription guest = Domains.running("web", Domains.disk("vda"));

  @Autowired MigrationService service;
  @Autowired MigrationQueries queries;

  @BeforeEach
  void aGuestOnKvmA() {
    hosts().reset();
    hosts().put("kvm-a", guest);
  }

  private UUID submit() {
    return service
        .submit(new GivenSpec(guest.name()).copying("vda").build(), Callers.ADMIN, null)
        .migration()
        .migration()
        .id();
  }

  private void awaitPhase(UUID id, Phase phase) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> queries.find(id).orElseThrow().migration().phase() == phase);
  }

  @Test
  void aRunLooksAtOnceWhenEitherHostHasNewsAndHearsNoneAfterItsEnd() {
    UUID id = submit();
    await().until(() -> hosts().watched(guest.uuid()).equals(Set.of("kvm-a", "kvm-b")));
    awaitPhase(id, Phase.STORAGE);

    hosts().memory(guest.uuid(), 128, 128, 0);
    hosts().show("kvm-a", guest, DomainState.PAUSED_MIGRATION);
    hosts().show("kvm-b", guest, DomainState.PAUSED_MIGRATION);
    hosts().news("kvm-a", guest.uuid(), DomainEvent.SUSPENDED);
    awaitPhase(id, Phase.SWITCHOVER);

    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().news("kvm-b", guest.uuid(), DomainEvent.RESUMED);
    await()
        .until(() ->
            queries.find(id).orElseThrow().migration().location() == DomainLocation.DESTINATION);

    hosts().remove("kvm-a", guest.uuid());
    hosts().endCall(guest.uuid());
    await().until(() -> queries.find(id).orElseThrow().migration().state().terminal());
    await().until(() -> hosts().watched(guest.uuid()).isEmpty());
    assertThat(queries.find(id).orElseThrow().migration().state())
        .isEqualTo(MigrationState.SUCCEEDED);
  }
}
