package dev.virtferry.migration.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dev.virtferry.BesideOthers;
import dev.virtferry.notice.WebhookProperties;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;

/** A real scheduler that looks once at its start, and again only when it is told to. */
@BesideOthers
class DueTimesTest {

  private static final WebhookProperties WEBHOOKS =
      new WebhookProperties(
          List.of(), List.of(), List.of(Duration.ofHours(12)), Duration.ofSeconds(10), null);

  private final EmbeddedDatabase database =
      new EmbeddedDatabaseBuilder()
          .setType(EmbeddedDatabaseType.H2)
          .setName(UUID.randomUUID() + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE")
          .addScript("db/migration/V2__scheduler.sql")
          .build();
  private final JdbcClient sql = JdbcClient.create(database);
  private final Set<String> carried = ConcurrentHashMap.newKeySet();
  private final Scheduler scheduler =
      Scheduler.create(database, List.<Task<?>>of(migrations(), webhooks()))
          .pollingInterval(Duration.ofHours(1))
          .heartbeatInterval(Duration.ofSeconds(1))
          .threads(2)
          .build();
  private final DueTimes times = new DueTimes(sql, scheduler, WEBHOOKS, Clock.systemUTC());

  private Task<Void> migrations() {
    return Tasks.custom(MigrationTask.TASK)
        .onDeadExecutionRevive()
        .execute((instance, _) -> {
          carried.add(instance.getId());
          return (_, _) -> {};
        });
  }

  private static Task<Void> webhooks() {
    return Tasks.custom(WebhookTask.TASK).execute((_, _) -> (_, _) -> {});
  }

  @AfterEach
  void stop() {
    scheduler.stop();
    database.shutdown();
  }

  private void scheduledFor(Instant at) {
    scheduler.scheduleIfNotExists(MigrationTask.TASK.instance("guest").build(), at);
  }

  /** As a replica that was killed left it, which had begun it by its clock. */
  private void pickedAt(Instant at) {
    sql.sql(
            """
            update scheduled_tasks
               set picked = true, picked_by = 'killed', last_heartbeat = :at, version = version + 1
            """)
        .param("at", at.atOffset(ZoneOffset.UTC))
        .update();
  }

  private Instant due() {
    return sql.sql("select execution_time from scheduled_tasks")
        .query((rs, _) -> rs.getObject(1, OffsetDateTime.class).toInstant())
        .single();
  }

  @Test
  void carriesAMigrationThatWasHandedOverByAClockAheadOfThisOne() {
    scheduledFor(Instant.now().plus(Duration.ofHours(2)));
    scheduler.start();
    times.look();
    await().until(() -> carried.contains("guest"));
  }

  @Test
  void missesAReplicaWhoseHeartbeatLiesInTheFuture() {
    scheduledFor(Instant.now().minus(Duration.ofHours(2)));
    pickedAt(Instant.now().plus(Duration.ofHours(2)));
    times.look();
    Instant heartbeat =
        sql.sql("select last_heartbeat from scheduled_tasks")
            .query((rs, _) -> rs.getObject(1, OffsetDateTime.class).toInstant())
            .single();
    assertThat(heartbeat).isBeforeOrEqualTo(Instant.now());
  }

  @Test
  void leavesWhatIsScheduledForLaterAsItIs() {
    Instant retry = Instant.now().plus(Duration.ofHours(11));
    scheduler.scheduleIfNotExists(WebhookTask.TASK.instance("told").build(), retry);
    times.look();
    assertThat(due()).isAfter(Instant.now().plus(Duration.ofHours(10)));
  }

  @Test
  void leavesTheRetryOfAMigrationAsItIs() {
    Instant retry = Instant.now().plus(MigrationTask.BEFORE_RETRY).plusSeconds(5);
    scheduledFor(retry);
    Instant written = due();
    times.look();
    assertThat(due()).isEqualTo(written);
  }
}
