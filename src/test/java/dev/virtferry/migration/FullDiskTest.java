package dev.virtferry.migration;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.ApiTest;
import dev.virtferry.BesideOthers;
import dev.virtferry.access.Callers;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.migration.control.MigrationService;
import dev.virtferry.sql.PlayedDisk;
import dev.virtferry.sql.PlayedDisk.Condition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The embedded database on a disk that is full for a while, or worse. */
@DirtiesContext
@BesideOthers
class FullDiskTest extends ApiTest {

  /** What is promised, once there is space again. */
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir private static Path directory;

  @Autowired MigrationService service;
  @Autowired MigrationQueries queries;
  @Autowired JdbcClient sql;

  @Autowired
  @Qualifier("dbHealthIndicator")
  HealthIndicator database;

  private final DomainDescription guest =
      Domains.running("web-" + UUID.randomUUID(), Domains.disk("vda"));

  @DynamicPropertySource
  static void aDiskThatIsPlayed(DynamicPropertyRegistry properties) {
    PlayedDisk.plug();
    properties.add("spring.datasource.url", () -> PlayedDisk.url(directory));
    properties.add("spring.datasource.hikari.connection-timeout", () -> "1000");
    // Any disk that is full is so for longer than such a lease.
    properties.add("db-scheduler.heartbeat-interval", () -> "100ms");
    properties.add("db-scheduler.missed-heartbeats-limit", () -> "4");
  }

  @BeforeEach
  void aGuestOnKvmA() {
    hosts().reset();
    volumes().reset();
    hosts().put("kvm-a", guest);
  }

  @AfterEach
  void theDiskIsSound() {
    PlayedDisk.be(Condition.SOUND);
    awaitHealth(Status.UP);
  }

  private UUID submit() {
    return service
        .submit(new GivenSpec(guest.name()).copying("vda").build(), Callers.ADMIN, null)
        .migration()
        .migration()
        .id();
  }

  private void awaitCall() {
    await().until(() -> hosts().made().stream().anyMatch(c -> c.domain().equals(guest.uuid())));
  }

  private void arrive() {
    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().remove("kvm-a", guest.uuid());
    hosts().endCall(guest.uuid());
  }

  private Health health() {
    return Objects.requireNonNull(database.health());
  }

  private void awaitHealth(Status status) {
    await().atMost(SOON).until(() -> health().getStatus().equals(status));
  }

  private int takenHowOften(UUID id) {
    return sql.sql("select epoch from migration where id = :id")
        .param("id", id)
        .query(Integer.class)
        .single();
  }

  private void assertSucceededOnce(UUID id) {
    await()
        .atMost(SOON)
        .ignoreExceptions()
        .until(
            () -> queries.find(id).orElseThrow().migration().state() == MigrationState.SUCCEEDED);
    assertThat(hosts().made()).hasSize(1);
    assertThat(queries.history(id))
        .extracting(Transition::to)
        .containsExactly(
            MigrationState.QUEUED,
            MigrationState.PREPARING,
            MigrationState.MIGRATING,
            MigrationState.FINISHING,
            MigrationState.SUCCEEDED);
    assertThat(queries.history(id).stream().map(Transition::replica).collect(toSet())).hasSize(1);
  }

  @Test
  void aRunGoesOnByItselfWhenThereIsSpaceAgain() {
    UUID id = submit();
    awaitCall();
    PlayedDisk.be(Condition.FULL);
    arrive();
    awaitHealth(Status.DOWN);
    hosts().put("kvm-a", Domains.running("other", Domains.ownDisk("other", "vda")));
    assertProblem(
        post(
            "/v1/migrations",
            "{\"domain\":\"other\",\"destUri\":\"qemu+tls://kvm-b/system\",\"disks\":[\"vda\"]}"),
        503,
        "database-unreachable",
        null);
    PlayedDisk.be(Condition.SOUND);
    assertSucceededOnce(id);
    assertThat(takenHowOften(id)).as("no other run took it, by its missed heartbeats").isOne();
  }

  @Test
  void whatWasAcceptedIsKeptAndBegunLater() {
    PlayedDisk.be(Condition.FULL);
    awaitHealth(Status.DOWN);
    PlayedDisk.be(Condition.SOUND);
    awaitHealth(Status.UP);
    UUID id = submit();
    PlayedDisk.be(Condition.FULL);
    awaitHealth(Status.DOWN);
    PlayedDisk.be(Condition.SOUND);
    await()
        .atMost(SOON)
        .until(() -> hosts().made().stream().anyMatch(call -> call.domain().equals(guest.uuid())));
    arrive();
    assertSucceededOnce(id);
  }

  @Test
  void whatWasWrittenAfterAllIsNotWrittenTwice() {
    UUID id = submit();
    awaitCall();
    PlayedDisk.be(Condition.LYING);
    arrive();
    awaitHealth(Status.DOWN);
    PlayedDisk.be(Condition.SOUND);
    assertSucceededOnce(id);
  }

  @Test
  void nobodyWaitsForAWriteThatHangs() {
    PlayedDisk.be(Condition.HANGING);
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> assertThat(health().getDetails()).containsEntry("reason", "It does not answer"));
    PlayedDisk.be(Condition.SOUND);
    awaitHealth(Status.UP);
  }
}
