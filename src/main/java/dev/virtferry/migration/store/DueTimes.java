package dev.virtferry.migration.store;

import com.github.kagkarlsson.scheduler.Scheduler;
import dev.virtferry.notice.WebhookProperties;
import dev.virtferry.notice.Webhooks;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Keeps the scheduler going after the clock was set back. What was written by the clock of before
 * lies ahead then, and the scheduler would wait until the clock has caught up, also with migrations
 * whose job runs. A time that lies further ahead than any that is written is taken for now.
 */
@Component
public final class DueTimes implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(DueTimes.class);

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

  /** How far the clock of another replica may be ahead. */
  private static final Duration LENIENCE = Duration.ofSeconds(10);

  private final JdbcClient sql;
  private final Scheduler scheduler;
  private final Clock clock;
  private final Map<String, Duration> furthest;
  private @Nullable ScheduledExecutorService looking;

  DueTimes(JdbcClient sql, Scheduler scheduler, WebhookProperties webhooks, Clock clock) {
    this.sql = sql;
    this.scheduler = scheduler;
    this.clock = clock;
    this.furthest =
        Map.of(
            MigrationTask.TASK.getTaskName(), MigrationTask.BEFORE_RETRY,
            MigrationTask.RETENTION.getTaskName(), MigrationTask.BETWEEN_ROUNDS,
            WebhookTask.TASK.getTaskName(), Webhooks.longestWait(webhooks));
  }

  /** Brings what lies too far ahead to now. */
  public void look() {
    Instant now = clock.instant();
    int ahead = heartbeatsAhead(now);
    for (Map.Entry<String, Duration> task : furthest.entrySet()) {
      ahead += executionsAhead(task.getKey(), task.getValue(), now);
    }
    if (ahead > 0) {
      log.warn(
          "A clock was set back, or is ahead: brought {} times of scheduled executions to now",
          ahead);
    }
    // It waits for its next look by the clock, too.
    scheduler.triggerCheckForDueExecutions();
  }

  private int executionsAhead(String task, Duration furthest, Instant now) {
    return sql.sql(
            """
            update scheduled_tasks set execution_time = :now
             where task_name = :task and picked = false and execution_time > :limit
            """)
        .param("now", now.atOffset(ZoneOffset.UTC))
        .param("task", task)
        .param("limit", now.plus(furthest).plus(LENIENCE).atOffset(ZoneOffset.UTC))
        .update();
  }

  /** Who lives writes it again within a second; who does not is missed from now on. */
  private int heartbeatsAhead(Instant now) {
    return sql.sql(
            """
            update scheduled_tasks set last_heartbeat = :now
             where picked = true and last_heartbeat > :limit
            """)
        .param("now", now.atOffset(ZoneOffset.UTC))
        .param("limit", now.plus(LENIENCE).atOffset(ZoneOffset.UTC))
        .update();
  }

  private void lookAgain() {
    try {
      look();
    } catch (RuntimeException e) {
      log.warn("Nothing can be seen of what is due: {}", e.toString());
    }
  }

  @Override
  public synchronized void start() {
    looking =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("due-times").daemon().factory());
    var _ =
        looking.scheduleWithFixedDelay(
            this::lookAgain, 0, BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public synchronized void stop() {
    if (looking != null) {
      looking.shutdownNow();
      looking = null;
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return looking != null;
  }
}
