package dev.virtferry.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.Priority;
import dev.virtferry.PlayedHosts;
import dev.virtferry.ServiceTest;
import dev.virtferry.access.AuditEntry;
import dev.virtferry.access.AuditLog;
import dev.virtferry.access.AuditQuery;
import dev.virtferry.access.Callers;
import dev.virtferry.access.Scope;
import dev.virtferry.disk.BackingImage;
import dev.virtferry.disk.DestinationImage;
import dev.virtferry.disk.ImageName;
import dev.virtferry.disk.VolumeMark;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumeWish;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.StorageVolume.Backing;
import dev.virtferry.libvirt.StorageVolume.Layout;
import dev.virtferry.libvirt.StorageVolume.Permissions;
import dev.virtferry.libvirt.StorageVolume.Timestamps;
import dev.virtferry.libvirt.VolumeSpec;
import dev.virtferry.migration.MigrationQuery.Page;
import dev.virtferry.migration.MigrationQuery.Position;
import dev.virtferry.migration.options.GivenOptions;
import dev.virtferry.migration.store.DueTimes;
import dev.virtferry.migration.store.OldMigrations;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** What every store of migrations has to keep; run on each database. */
@ServiceTest
abstract class MigrationsContract extends PlayedHosts {

  private static final Instant NOON = Instant.parse("2026-05-01T12:00:00.123Z");

  @Autowired Migrations migrations;
  @Autowired MigrationQueries queries;
  @Autowired OwnImages ownImages;
  @Autowired JdbcClient sql;
  @Autowired TransactionOperations transactions;
  @Autowired Scheduler scheduler;
  @Autowired OldMigrations retention;
  @Autowired DueTimes dueTimes;
  @Autowired AuditLog audit;

  @Autowired
  @Qualifier("dbHealthIndicator")
  HealthIndicator database;

  @BeforeEach
  void anEmptyStoreWhoseTasksDoNotRun() {
    scheduler.pause();
    forgetAll();
  }

  @AfterEach
  void theSchedulerGoesOnForOtherTests() {
    forgetAll();
    scheduler.resume();
  }

  private void forgetAll() {
    sql.sql("delete from migration").update();
    sql.sql("delete from own_image").update();
    sql.sql("delete from scheduled_tasks where task_name in ('migration', 'webhook')").update();
  }

  @Test
  void readinessIsWritten() {
    assertThat(Objects.requireNonNull(database.health()).getStatus()).isEqualTo(Status.UP);
    Instant written =
        sql.sql("select written_at from readiness")
            .query((rs, _) -> rs.getObject(1, OffsetDateTime.class).toInstant())
            .single();
    assertThat(written).isAfter(Instant.now().minus(Duration.ofMinutes(1)));
  }

  @Test
  void tellsTheEtagsOfThoseThatAreThere() {
    Migration migration = migration("web-01", "kvm-a", "kvm-b", 5, NOON);
    add(migration);
    UUID id = migration.id();
    assertThat(queries.etags(List.of(id, UUID.randomUUID())))
        .containsExactly(Map.entry(id, queries.find(id).orElseThrow().etag()));
    assertThat(queries.etags(List.of())).isEmpty();
  }

  @Test
  void keepsAMigrationAsItIs() {
    Migration migration = migration("web-01", "kvm-a", "kvm-b", 5, NOON);
    add(migration);
    MigrationSnapshot found = find(migration);
    assertThat(found.migration()).isEqualTo(migration);
    assertThat(found.progress()).isEqualTo(Progress.initial(migration.plan()));
    assertThat(found.etag()).isEqualTo("\"1-1\"");
  }

  @Test
  void keepsAFailedMigrationAsItIs() {
    Migration migration = migration("web-01", "kvm-a", "kvm-b", 5, NOON);
    add(migration);
    Failure failure =
        new Failure(
            Problem.at("#/disks/0", ProblemType.DISK_NOT_FOUND, "It is gone."),
            new Failure.LibvirtWords(8, 10, "disk target vdx not found"));
    migrations.change(migration.id(), "a test", m -> m.prepare().fail(failure, NOON));
    Migration failed = find(migration).migration();
    assertThat(failed.failure()).isEqualTo(failure);
    assertThat(failed.version()).isEqualTo(2);
  }

  @Test
  void givesADomainOneMigrationAtATime() {
    Migration first = migration("web-01", "kvm-a", "kvm-b", 5, NOON);
    add(first);
    Migration second = again(first);
    assertThatThrownBy(() -> add(second))
        .isInstanceOfSatisfying(
            MigrationInProgress.class, busy -> assertThat(busy.migration()).isEqualTo(first.id()));
    assertThat(queries.find(second.id())).isEmpty();

    migrations.change(first.id(), "a test", m -> m.requestCancel(NOON));
    add(second);
    assertThat(queries.activeOf("web-01")).extracting(Migration::id).containsExactly(second.id());
    assertThat(queries.activeOf(second.plan().guest().uuid().toString())).hasSize(1);
  }

  /** A migration of a domain of its own into images of these names. */
  private static Migration into(String destination, ImageName... names) {
    VolumePlan like = disk("vda");
    var plan =
        new VolumePlan(
            like.target(),
            like.action(),
            like.path(),
            like.moved(),
            like.capacityBytes(),
            like.bytesToCopy(),
            like.volume(),
            like.poolFreeBytes(),
            like.backing(),
            like.original(),
            List.of(names),
            like.from(),
            like.found(),
            like.mark(),
            like.bytesToCopyAtMost(),
            like.alone());
    return given(UUID.randomUUID().toString(), "kvm-a", destination, 5)
        .copying(List.of(plan))
        .accepted(NOON);
  }

  private static OwnImage image(@Nullable String host, String path, Instant at) {
    return new OwnImage(
        new ImageName(host, path),
        new VolumeMark("raw", 64, 32, "0600", new Timestamps(at, at.plusNanos(1))));
  }

  private void finish(Migration migration, OwnImage... leaves) {
    migrations.change(
        migration.id(),
        "a test",
        m ->
            m.prepare()
                .start(m.plan(), m.call(), NOON)
                .finish(DomainLocation.DESTINATION)
                .leave(List.of(leaves)));
  }

  @Test
  void knowsWhatADomainLeftOnceTheMigrationHasEndedAndAfterItIsForgotten() {
    Migration migration = migration("web-01", "kvm-a", "kvm-b", 5, NOON);
    UUID domain = migration.plan().guest().uuid();
    add(migration);
    Instant exact = Instant.parse("2026-05-01T12:00:00.123456789Z");
    OwnImage there = image("kvm-a", "/srv/./vda", exact);
    OwnImage everywhere = image(null, "/shared/vda", exact);
    finish(migration, there, everywhere);
    assertThat(ownImages.of(domain)).isEmpty();
    migrations.change(migration.id(), "a test", m -> m.succeed(NOON));
    sql.sql("delete from migration").update();
    assertThat(ownImages.of(domain))
        .isEqualTo(
            Map.of(
                new ImageName("kvm-a", "/srv/vda"),
                there.mark(),
                new ImageName(null, "/shared/vda"),
                everywhere.mark()));
    assertThat(ownImages.of(UUID.randomUUID())).isEmpty();
  }

  @Test
  void knowsNothingOfAnEndThatWasNotWritten() {
    Migration migration = migration("web-01", "kvm-a", "kvm-b", 5, NOON);
    add(migration);
    finish(migration, image("kvm-a", "/srv/vda", NOON));
    transactions.executeWithoutResult(status -> {
      migrations.change(migration.id(), "a test", m -> m.succeed(NOON));
      status.setRollbackOnly();
    });
    assertThat(ownImages.of(migration.plan().guest().uuid())).isEmpty();
  }

  @Test
  void forgetsWhatIsWrittenOverByWhomeverAndWhatIsSeenToHaveChanged() {
    Migration first = migration("web-01", "kvm-a", "kvm-b", 5, NOON);
    UUID domain = first.plan().guest().uuid();
    add(first);
    OwnImage written = image("kvm-c", "/srv/vda", NOON);
    OwnImage changed = image("kvm-a", "/srv/vdb", NOON);
    OwnImage kept = image("kvm-a", "/srv/vdc", NOON);
    finish(first, written, changed, kept);
    migrations.change(first.id(), "a test", m -> m.succeed(NOON));

    Migration second = into("kvm-c", written.name());
    add(second);
    finish(second);
    migrations.change(second.id(), "a test", m -> m.succeed(NOON));
    assertThat(ownImages.of(domain)).containsOnlyKeys(changed.name(), kept.name());

    OwnImage later = image("kvm-a", "/srv/vdc", NOON.plusSeconds(1));
    ownImages.forget(domain, Map.of(changed.name(), changed.mark(), kept.name(), later.mark()));
    assertThat(ownImages.of(domain))
        .as("only what still is as it was seen")
        .containsOnlyKeys(kept.name());
  }

  @Test
  void promisesAnImageToOneMigrationAtATime() {
    var image = new ImageName("kvm-b", "/srv/vda");
    Migration first = into("kvm-b", image);
    add(first);
    Migration second = into("kvm-b", new ImageName("kvm-b", "/other"), image);
    assertThatThrownBy(() -> add(second)).isInstanceOf(ImagePromised.class);
    assertThat(queries.find(second.id())).isEmpty();
    assertThat(tasks()).containsExactly(id(first));
    add(into("kvm-c", new ImageName("kvm-c", "/srv/vda")));

    migrations.change(first.id(), "a test", m -> m.requestCancel(NOON));
    add(second);
  }

  @Test
  void promisesAnImageThatEveryHostSeesOnce() {
    add(into("kvm-b", new ImageName(null, "/shared/vda")));
    assertThatThrownBy(() -> add(into("kvm-c", new ImageName(null, "/shared/./vda"))))
        .isInstanceOf(ImagePromised.class);
  }

  @Test
  void promisesAnImageToOneOfManyThatAskAtOnce() throws Exception {
    List<UUID> accepted = Collections.synchronizedList(new ArrayList<>());
    List<Callable<Boolean>> submissions = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Migration one =
          into(
              "kvm-b",
              new ImageName("kvm-b", "/srv/vda"),
              new ImageName("kvm-b", i % 2 == 0 ? "/a" : "/z"));
      submissions.add(() -> {
        try {
          add(one);
          return accepted.add(one.id());
        } catch (ImagePromised e) {
          return false;
        }
      });
    }
    inParallel(submissions);
    assertThat(accepted).hasSize(1);
  }

  @Test
  void keepsRowAndTaskTogetherOrNeither() {
    Migration migration = migration("web-01", "kvm-a", "kvm-b", 5, NOON);
    transactions.executeWithoutResult(transaction -> {
      add(migration);
      transaction.setRollbackOnly();
    });
    assertThat(queries.find(migration.id())).isEmpty();
    assertThat(tasks()).isEmpty();

    add(migration);
    assertThat(queries.find(migration.id())).isPresent();
    assertThat(tasks()).containsExactly(migration.id().toString());
  }

  @Test
  void showsNothingOfAChangeThatWasRolledBack() {
    Migration migration =
        given("web-01", "kvm-a", "kvm-b", 5)
            .telling(URI.create("https://control.example/hook"))
            .accepted(NOON);
    add(migration);
    transactions.executeWithoutResult(transaction -> {
      migrations.change(migration.id(), "a test", m -> m.requestCancel(NOON));
      transaction.setRollbackOnly();
    });
    assertThat(find(migration).migration()).isEqualTo(migration);
    migrations.change(migration.id(), "a test", Migration::prepare);
    assertThat(find(migration).migration().state()).isEqualTo(MigrationState.PREPARING);
  }

  @Test
  void keepsWhatAKeyMade() {
    Migration migration = migration("web-01", "kvm-a", "kvm-b", 5, NOON);
    var key = new IdempotencyKey("me", "k1", "print");
    assertThat(queries.keptUnder(key)).isEmpty();
    migrations.add(migration, Progress.initial(migration.plan()), "token:test", key);
    IdempotencyRecord kept = queries.keptUnder(key).orElseThrow();
    assertThat(kept.migration().migration()).isEqualTo(migration);
    assertThat(kept.fingerprint()).isEqualTo("print");
    assertThat(queries.keptUnder(new IdempotencyKey("you", "k1", "print"))).isEmpty();
  }

  @Test
  void keepsNothingOfASecondMigrationWithTheSameKey() {
    var key = new IdempotencyKey("me", "k1", "print");
    Migration first = migration("web-01", "kvm-a", "kvm-b", 5, NOON);
    Migration second = migration("web-02", "kvm-a", "kvm-b", 5, NOON);
    migrations.add(first, Progress.initial(first.plan()), "token:test", key);
    assertThatThrownBy(
            () -> migrations.add(second, Progress.initial(second.plan()), "token:test", key))
        .isInstanceOf(KeyTaken.class);
    assertThat(queries.find(second.id())).isEmpty();
  }

  @Test
  void takesAKeyAgainThatWasForgotten() {
    var key = new IdempotencyKey("me", "k1", "print");
    Migration first = migration("web-01", "kvm-a", "kvm-b", 5, NOON);
    migrations.add(first, Progress.initial(first.plan()), "token:test", key);
    sql.sql("update idempotency set created_at = :then")
        .param("then", java.time.OffsetDateTime.now(java.time.ZoneOffset.UTC).minusHours(25))
        .update();
    assertThat(queries.keptUnder(key)).isEmpty();
    Migration second = migration("web-02", "kvm-a", "kvm-b", 5, NOON);
    migrations.add(second, Progress.initial(second.plan()), "token:test", key);
    assertThat(queries.keptUnder(key).orElseThrow().migration().migration()).isEqualTo(second);
  }

  @Test
  void forgetsFinishedMigrationsByAgeAndOutcomeAndNothingElse() {
    Instant now = Instant.now();
    Migration old = cancelledAt("old", now.minus(Duration.ofDays(91)));
    Migration fresh = cancelledAt("fresh", now.minus(Duration.ofDays(89)));
    Migration failed = migration("failed", "kvm-a", "kvm-b", 5, NOON);
    add(failed);
    var why = new Failure(Problem.of(ProblemType.LIBVIRT_ERROR, "It broke."), null);
    migrations.change(
        failed.id(), "a test", m -> m.prepare().fail(why, now.minus(Duration.ofDays(300))));
    Migration waiting = migration("waiting", "kvm-a", "kvm-b", 5, NOON);
    add(waiting);
    retention.forget();
    assertThat(queries.find(old.id())).isEmpty();
    assertThat(queries.history(old.id())).isEmpty();
    assertThat(List.of(fresh, failed, waiting))
        .allSatisfy(kept -> assertThat(queries.find(kept.id())).isPresent());
  }

  private Migration cancelledAt(String domain, Instant end) {
    Migration migration = migration(domain, "kvm-a", "kvm-b", 5, NOON);
    add(migration);
    return migrations.change(migration.id(), "a test", m -> m.requestCancel(end));
  }

  @Test
  void losesNoChangeThatComesAtTheSameTime() throws Exception {
    Migration migration = migration("web-01", "kvm-a", "kvm-b", 5, NOON);
    add(migration);
    Lease lease = migrations.take(migration.id());
    migrations.change(lease, "a test", Migration::prepare);
    List<Callable<Migration>> changes =
        List.of(
            () -> migrations.change(lease, "a test", m -> m.start(m.plan(), m.call(), NOON)),
            () -> migrations.change(migration.id(), "a test", m -> m.requestCancel(NOON)));
    inParallel(changes);
    Migration both = find(migration).migration();
    assertThat(both.state()).isEqualTo(MigrationState.MIGRATING);
    assertThat(both.status().cancelRequested()).isTrue();
    assertThat(both.version()).isEqualTo(4);
  }

  @Test
  void refusesWhatAnOlderHoldWrites() {
    Migration migration = migration("web-01", "kvm-a", "kvm-b", 5, NOON);
    add(migration);
    Lease older = migrations.take(migration.id());
    Lease newer = migrations.take(migration.id());
    Progress progress = Progress.initial(migration.plan());
    assertThatThrownBy(() -> migrations.current(older)).isInstanceOf(LeaseLost.class);
    assertThatThrownBy(() -> migrations.change(older, "a test", Migration::prepare))
        .isInstanceOf(LeaseLost.class);
    assertThatThrownBy(() -> migrations.report(older, progress)).isInstanceOf(LeaseLost.class);
    assertThat(find(migration).migration()).isEqualTo(migration);

    migrations.report(newer, progress);
    assertThat(find(migration).etag()).isEqualTo("\"1-2\"");
  }

  @Test
  void remembersEveryChangeOfState() {
    Migration migration = migration("web-01", "kvm-a", "kvm-b", 5, NOON);
    add(migration);
    migrations.change(migration.id(), "a slot is free", Migration::prepare);
    migrations.change(migration.id(), "not a change of state", m -> m.requestCancel(NOON));
    migrations.change(migration.id(), "no time for it", m -> m.cancelled(NOON));
    assertThat(queries.history(migration.id()))
        .extracting(Transition::from, Transition::to, Transition::cause)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple(null, MigrationState.QUEUED, "accepted"),
            org.assertj.core.api.Assertions.tuple(
                MigrationState.QUEUED, MigrationState.PREPARING, "a slot is free"),
            org.assertj.core.api.Assertions.tuple(
                MigrationState.PREPARING, MigrationState.CANCELLED, "no time for it"));
  }

  @Test
  void pagesThroughMigrationsOfTheSameMillisecondWithoutLosingOne() {
    List<UUID> all = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      Migration migration = migration("same-" + i, "kvm-a", "kvm-b", 5, NOON);
      add(migration);
      all.add(migration.id());
    }
    List<UUID> seen = new ArrayList<>();
    @Nullable Position after = null;
    do {
      Page page =
          queries.list(new MigrationQuery(Scope.EVERYTHING, Set.of(), null, null, null, 3, after));
      page.items().forEach(item -> seen.add(item.migration().id()));
      after = page.next();
    } while (after != null);
    assertThat(seen).containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void filtersByStateDomainSourceAndDestination() {
    Migration queued = migration("one", "kvm-a", "kvm-b", 5, NOON);
    Migration cancelled = migration("two", "kvm-b", "kvm-c", 5, NOON.plusSeconds(1));
    add(queued);
    add(cancelled);
    migrations.change(cancelled.id(), "a test", m -> m.requestCancel(NOON));
    assertThat(ids(Set.of(MigrationState.CANCELLED), null, null, null))
        .containsExactly(cancelled.id());
    assertThat(ids(Set.of(MigrationState.CANCELLED, MigrationState.QUEUED), null, null, null))
        .containsExactly(cancelled.id(), queued.id());
    assertThat(ids(Set.of(), "one", null, null)).containsExactly(queued.id());
    assertThat(ids(Set.of(), queued.plan().guest().uuid().toString(), null, null))
        .containsExactly(queued.id());
    assertThat(ids(Set.of(), null, "kvm-b", null)).containsExactly(cancelled.id());
    assertThat(ids(Set.of(), null, null, "kvm-b")).containsExactly(queued.id());
    assertThat(ids(Set.of(), "' or 1 = 1 --", null, null)).isEmpty();
  }

  @Test
  void listsWhatAScopeHoldsAndNothingElse() {
    List<Migration> all =
        List.of(
            migration("a-1", "kvm-a", "kvm-b", 5, NOON),
            migration("a_1", "kvm-b", "kvm-c", 5, NOON.plusSeconds(1)),
            migration("A-1", "kvm-c", "kvm-a", 5, NOON.plusSeconds(2)),
            migration("100%!", "kvm-c", "kvm-b", 5, NOON.plusSeconds(3)),
            migration("b\\1", "kvm-c", "kvm-b", 5, NOON.plusSeconds(4)));
    all.forEach(this::add);
    List<Scope> scopes =
        List.of(
            Scope.EVERYTHING,
            new Scope(List.of(), null),
            new Scope(null, List.of()),
            new Scope(List.of("a-*"), null),
            new Scope(List.of("a_*"), null),
            new Scope(List.of("?-?", "100%*"), null),
            new Scope(List.of("*!"), null),
            new Scope(List.of("b\\*"), null),
            new Scope(null, List.of("kvm-a")),
            new Scope(List.of("a*"), List.of("kvm-c", "kvm-d")));
    for (Scope scope : scopes) {
      assertThat(
              queries.list(new MigrationQuery(scope, Set.of(), null, null, null, 50, null)).items())
          .extracting(item -> item.migration().plan().guest().name())
          .as(scope.toString())
          .containsExactlyInAnyOrderElementsOf(
              all.stream()
                  .filter(migration -> migration.plan().isIn(scope))
                  .map(migration -> migration.plan().guest().name())
                  .toList());
    }
  }

  @Test
  void keepsTheAuditAndFindsItAgain() {
    sql.sql("delete from audit").update();
    var id = UUID.randomUUID();
    var first = entry(1, "token:a", "web-01", id, null);
    var second = entry(2, "token:b", null, null, "forbidden");
    audit.add(first);
    audit.add(second);
    assertThat(audit.list(new AuditQuery(Callers.ADMIN, null, null, null, null, 50)))
        .containsExactly(second, first);
    assertThat(audit.list(new AuditQuery(Callers.ADMIN, null, null, null, null, 1)))
        .containsExactly(second);
    assertThat(audit.list(new AuditQuery(Callers.ADMIN, null, null, null, second.id(), 50)))
        .containsExactly(first);
    assertThat(audit.list(new AuditQuery(Callers.ADMIN, "token:b", null, null, null, 50)))
        .containsExactly(second);
    assertThat(audit.list(new AuditQuery(Callers.ADMIN, null, "web-01", id, null, 50)))
        .containsExactly(first);
    var more = second.again(Instant.parse("2020-05-01T12:00:59.456Z"));
    var unheardOf = entry(3, "token:c", null, null, "rate-limited");
    audit.grow(more);
    audit.grow(unheardOf);
    assertThat(audit.list(new AuditQuery(Callers.ADMIN, null, null, null, null, 50)))
        .containsExactly(unheardOf, more, first);
    retention.forget();
    assertThat(audit.list(new AuditQuery(Callers.ADMIN, null, null, null, null, 50)))
        .as("older than a year")
        .isEmpty();
  }

  private static AuditEntry entry(
      long number,
      String caller,
      @Nullable String domain,
      @Nullable UUID migration,
      @Nullable String problem) {
    return new AuditEntry(
        new UUID(0x0199_0000_0000_7000L, 0x8000_0000_0000_0000L | number),
        Instant.parse("2020-05-01T12:00:00.123Z"),
        Instant.parse("2020-05-01T12:00:00.123Z"),
        1,
        caller,
        "127.0.0.1",
        "POST /v1/migrations",
        domain,
        migration,
        202,
        problem,
        "request-" + number);
  }

  @Test
  void admitsAsManyAsAHostMayHaveAndTheNextWhenOneEnds() {
    List<Migration> queue = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      queue.add(migration("queued-" + i, "kvm-a", "kvm-b", 5, NOON.plusSeconds(i)));
      add(queue.get(i));
    }
    assertThat(tasks()).containsExactlyInAnyOrder(id(queue.get(0)), id(queue.get(1)));

    migrations.change(queue.get(0).id(), "a test", m -> m.requestCancel(NOON));
    assertThat(tasks()).contains(id(queue.get(2))).doesNotContain(id(queue.get(3)));
  }

  /** Who admits writes the rows of others, so who writes its own row has to come after. */
  @Test
  void aCancelAndAnAdmissionOfTheSameMigrationWaitForEachOther() {
    Migration migration = migration("web-01", "kvm-a", "kvm-b", 5, NOON);
    add(migration);
    var cancel = new AtomicReference<CompletableFuture<Migration>>();
    transactions.executeWithoutResult(_ -> {
      sql.sql("select id from admission where id = 1 for update").query(Integer.class).single();
      cancel.set(
          CompletableFuture.supplyAsync(
              () -> migrations.change(migration.id(), "a test", m -> m.requestCancel(NOON))));
      await().until(this::somebodyWaitsForALock);
      sql.sql("update migration set admitted = true where id = :id")
          .param("id", migration.id())
          .update();
    });
    assertThat(cancel.get().join().state()).isEqualTo(MigrationState.CANCELLED);
  }

  abstract boolean somebodyWaitsForALock();

  private List<Migration> queue(int size) {
    List<Migration> queue = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      queue.add(migration("queued-" + i, "kvm-a", "kvm-b", 5, NOON.plusSeconds(i)));
      add(queue.get(i));
    }
    return queue;
  }

  private void change(Migration migration, UnaryOperator<Migration> verb) {
    migrations.change(migration.id(), "a test", verb);
  }

  private void beginToMigrate(Migration migration) {
    change(migration, Migration::prepare);
    change(migration, m -> m.start(m.plan(), m.call(), NOON));
  }

  @Test
  void whoWaitsForAPersonHoldsItsDomainAndNoSlot() {
    List<Migration> queue = queue(4);
    for (Migration stuck : queue.subList(0, 2)) {
      beginToMigrate(stuck);
      change(stuck, m -> m.needAttention(DomainLocation.NEITHER, waitingFor(Silence.NONE)));
    }
    assertThat(tasks()).hasSize(4);
    Migration again = again(queue.getFirst());
    assertThatThrownBy(() -> add(again)).isInstanceOf(MigrationInProgress.class);
  }

  @Test
  void whoseJobLibvirtCanNotEndHoldsItsDomainAndNoSlot() {
    List<Migration> queue = queue(4);
    for (Migration stuck : queue.subList(0, 2)) {
      beginToMigrate(stuck);
      Attention why = Attention.ofAHungJob(NOON, "It heeds no abort.", "Look.");
      change(stuck, m -> m.recover(DomainLocation.SOURCE, why));
      assertThat(queries.find(stuck.id()).orElseThrow().migration().attention()).isEqualTo(why);
    }
    assertThat(tasks()).hasSize(4);
    Migration again = again(queue.getFirst());
    assertThatThrownBy(() -> add(again)).isInstanceOf(MigrationInProgress.class);
  }

  @Test
  void whoGoesOnByItselfTakesItsSlotsAtOnceAndTheNextWaitsForThem() {
    List<Migration> queue = queue(4);
    Migration stuck = queue.getFirst();
    beginToMigrate(stuck);
    change(stuck, m -> m.needAttention(DomainLocation.BOTH, waitingFor(Silence.NONE)));
    assertThat(tasks()).contains(id(queue.get(2))).doesNotContain(id(queue.get(3)));
    change(stuck, m -> m.observe(Phase.MEMORY, DomainLocation.SOURCE, NOON));
    change(queue.get(1), m -> m.requestCancel(NOON));
    assertThat(tasks()).as("three ran, and two do").doesNotContain(id(queue.get(3)));
    change(queue.get(2), m -> m.requestCancel(NOON));
    assertThat(tasks()).contains(id(queue.get(3)));
  }

  @Test
  void whoWaitsForASilentHostHoldsASlotOfThatHostAlone() {
    List<Migration> queue = queue(2);
    for (Migration waiting : queue) {
      beginToMigrate(waiting);
      change(waiting, m -> m.recover(DomainLocation.UNKNOWN, waitingFor(Silence.DESTINATION)));
    }
    Migration there = migration("there", "kvm-c", "kvm-b", 5, NOON);
    add(there);
    Migration elsewhere = migration("elsewhere", "kvm-a", "kvm-d", 5, NOON);
    add(elsewhere);
    assertThat(tasks()).contains(id(elsewhere)).doesNotContain(id(there));
    change(queue.getFirst(), m -> m.recover(DomainLocation.UNKNOWN, waitingFor(Silence.BOTH)));
    change(queue.getLast(), m -> m.recover(DomainLocation.UNKNOWN, waitingFor(Silence.SOURCE)));
    assertThat(tasks()).contains(id(there));
  }

  private static Attention waitingFor(Silence silence) {
    return new Attention(NOON, "A reason for " + silence + ".", "Look.", silence);
  }

  @Test
  void aBusyHostDoesNotHoldUpTheOthers() {
    for (int i = 0; i < 3; i++) {
      add(migration("queued-" + i, "kvm-a", "kvm-b", 9, NOON));
    }
    Migration elsewhere = migration("elsewhere", "kvm-c", "kvm-d", 0, NOON.plusSeconds(9));
    add(elsewhere);
    assertThat(tasks()).hasSize(3).contains(id(elsewhere));
  }

  @Test
  void theHigherPriorityGetsTheFreeSlot() {
    Migration first = migration("first", "kvm-a", "kvm-b", 5, NOON);
    add(first);
    add(migration("second", "kvm-a", "kvm-b", 5, NOON));
    add(migration("low", "kvm-a", "kvm-b", 1, NOON));
    Migration high = migration("high", "kvm-a", "kvm-b", 8, NOON.plusSeconds(1));
    add(high);
    migrations.change(first.id(), "a test", m -> m.requestCancel(NOON));
    assertThat(tasks()).hasSize(3).contains(id(high));
  }

  @Test
  void neverGivesTheLastSlotAwayTwice() throws Exception {
    List<Callable<Migration>> submissions = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Migration migration = migration("rush-" + i, "kvm-a", "kvm-b", 5, NOON.plusSeconds(i));
      submissions.add(() -> {
        add(migration);
        return migration;
      });
    }
    inParallel(submissions);
    assertThat(tasks()).hasSize(2);
  }

  private static <T> void inParallel(List<Callable<T>> tasks) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(tasks.size())) {
      for (Future<T> future : threads.invokeAll(tasks)) {
        future.get();
      }
    }
  }

  private void add(Migration migration) {
    migrations.add(migration, Progress.initial(migration.plan()), "token:test", null);
  }

  @Test
  void findsNothingUnderANameThatNoDatabaseKeeps() {
    add(migration("one", "kvm-a", "kvm-b", 5, NOON));
    assertThat(ids(Set.of(), "one\0", null, null)).isEmpty();
    assertThat(ids(Set.of(), null, "kvm-a\0", null)).isEmpty();
  }

  @Test
  void startsAListAtTheLatestTimeThereIs() {
    Migration migration = migration("one", "kvm-a", "kvm-b", 5, NOON);
    add(migration);
    var end = new Position(Instant.parse("9999-12-31T23:59:59Z"), UUID.randomUUID());
    assertThat(
            queries
                .list(new MigrationQuery(Scope.EVERYTHING, Set.of(), null, null, null, 3, end))
                .items())
        .hasSize(1);
  }

  private MigrationSnapshot find(Migration migration) {
    return queries.find(migration.id()).orElseThrow();
  }

  private List<UUID> ids(
      Set<MigrationState> states,
      @Nullable String domain,
      @Nullable String source,
      @Nullable String destination) {
    return queries
        .list(new MigrationQuery(Scope.EVERYTHING, states, domain, source, destination, 50, null))
        .items()
        .stream()
        .map(item -> item.migration().id())
        .toList();
  }

  private List<String> tasks() {
    return sql.sql("select task_instance from scheduled_tasks where task_name = 'migration'")
        .query((rs, _) -> rs.getString("task_instance"))
        .list();
  }

  private static String id(Migration migration) {
    return migration.id().toString();
  }

  private static Migration migration(
      String domain, String source, String destination, int priority, Instant createdAt) {
    return given(domain, source, destination, priority).accepted(createdAt);
  }

  private static GivenMigration given(
      String domain, String source, String destination, int priority) {
    String uri = "qemu+tls://%s/system".formatted(destination);
    return new GivenMigration()
        .of(new Guest(domain, UUID.randomUUID(), 7, 900, 1024, true, false, false, List.of()))
        .from(source)
        .to(new Host(destination, uri, uri, "tcp://10.0.0.1", null))
        .copying(List.of(disk("vda"), disk("vdb")))
        .placing(Map.of("vdb", new VolumeWish("fast", null)))
        .unmapping("vda")
        .renaming("/nvram/web_VARS.fd", "/nvram/web2_VARS.fd")
        .urgent(priority)
        .with(
            new GivenOptions()
                .bandwidth(100)
                .deletingOriginals()
                .verifyingContent()
                .synchronousWrites()
                .build());
  }

  private static VolumePlan disk(String target) {
    return new VolumePlan(
        target,
        VolumePlan.Action.CREATE,
        "/srv/" + target,
        true,
        64,
        32,
        new VolumeSpec(
            "images",
            target,
            "qcow2",
            64,
            new Layout("1.1", 65_536, List.of("lazy_refcounts")),
            new Permissions("0600", "64055", "64055"),
            new Backing("/srv/base", "qcow2")),
        1024L,
        List.of(
            new BackingImage(
                "/srv/base",
                "qcow2",
                64,
                new BackingImage.Volume("a", "base", null),
                new BackingImage.Volume("b", "base", null))),
        new VolumePlan.Original("old", target, "/old/" + target, null),
        List.of(new ImageName("kvm-b", "/srv/" + target + "-" + UUID.randomUUID())),
        "/old/" + target,
        DestinationImage.ABSENT,
        null,
        64L,
        true);
  }

  private static Migration again(Migration migration) {
    return Migration.accepted(
        UUID.randomUUID(),
        migration.spec(),
        migration.plan(),
        migration.call(),
        NOON.plusSeconds(60));
  }

  @Test
  void whatWasScheduledByAClockAheadIsDueNow() {
    Migration migration = migration("web-01", "kvm-a", "kvm-b", 5, NOON);
    add(migration);
    var ahead = Instant.now().plus(Duration.ofHours(2)).atOffset(ZoneOffset.UTC);
    sql.sql("update scheduled_tasks set execution_time = :ahead where task_name = 'migration'")
        .param("ahead", ahead)
        .update();
    dueTimes.look();
    assertThat(scheduled("execution_time"))
        .isBeforeOrEqualTo(Instant.now().plus(Duration.ofSeconds(1)));
    sql.sql(
            """
            update scheduled_tasks set picked = true, last_heartbeat = :ahead, version = 7
             where task_name = 'migration'
            """)
        .param("ahead", ahead)
        .update();
    dueTimes.look();
    assertThat(scheduled("last_heartbeat"))
        .isBeforeOrEqualTo(Instant.now().plus(Duration.ofSeconds(1)));
  }

  private Instant scheduled(String column) {
    return sql.sql("select %s from scheduled_tasks where task_name = 'migration'".formatted(column))
        .query((rs, _) -> rs.getObject(1, OffsetDateTime.class).toInstant())
        .single();
  }

  @Test
  void migrationsAreBegunBeforeAnythingIsTold() {
    add(migration("web-01", "kvm-a", "kvm-b", 5, NOON));
    int priority =
        sql.sql("select priority from scheduled_tasks where task_name = 'migration'")
            .query(Integer.class)
            .single();
    assertThat(priority).isGreaterThan(Priority.MEDIUM);
  }
}
