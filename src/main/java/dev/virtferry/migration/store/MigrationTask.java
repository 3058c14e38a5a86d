package dev.virtferry.migration.store;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import dev.virtferry.migration.LeaseLost;
import dev.virtferry.migration.run.MigrationRunner;
import dev.virtferry.migration.run.MigrationRunner.Ending;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The scheduler's tasks: one execution for each admitted migration, named by its id, and tidying.
 */
@Configuration(proxyBeanMethods = false)
class MigrationTask {

  private static final Logger log = LoggerFactory.getLogger(MigrationTask.class);

  static final TaskDescriptor<Void> TASK = TaskDescriptor.of("migration");

  static final TaskDescriptor<Void> RETENTION = TaskDescriptor.of("retention");

  /** After an error of our own, such as a database that was away for a moment. */
  static final Duration BEFORE_RETRY = Duration.ofSeconds(2);

  static final Duration BETWEEN_ROUNDS = Duration.ofHours(1);

  /** The runner is looked up late: it needs the store, and the store needs the scheduler. */
  @Bean
  Task<Void> carryMigrations(ObjectProvider<MigrationRunner> runner, Replica replica) {
    return Tasks.custom(TASK)
        .onFailure(new FailureHandler.OnFailureRetryLater<>(BEFORE_RETRY))
        .onDeadExecution((dead, operations) -> revive(runner.getObject(), dead, operations))
        .execute((instance, context) -> run(runner.getObject(), replica, instance, context));
  }

  /** One replica at a time does it. */
  @Bean
  RecurringTask<Void> forgetOldMigrations(OldMigrations old) {
    return Tasks.recurring(RETENTION, FixedDelay.of(BETWEEN_ROUNDS))
        .execute((_, _) -> old.forget());
  }

  private static CompletionHandler<Void> run(
      MigrationRunner runner,
      Replica replica,
      TaskInstance<Void> instance,
      ExecutionContext context) {
    try (var _ = MDC.putCloseable("replica", replica.name())) {
      Ending ending =
          runner.carry(
              UUID.fromString(instance.getId()), context.getSchedulerState()::isShuttingDown);
      return switch (ending) {
        case OVER -> new CompletionHandler.OnCompleteRemove<>();
        case TO_BE_CONTINUED -> MigrationTask::handOver;
      };
    } catch (LeaseLost e) {
      log.warn("{}; leaving it alone", e.getMessage());
      return (_, _) -> {};
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return MigrationTask::handOver;
    }
  }

  /** One that is carried here is not dead: the database was away, and its heartbeat comes again. */
  private static void revive(
      MigrationRunner runner, ExecutionComplete dead, ExecutionOperations<Void> operations) {
    if (!runner.carries(UUID.fromString(dead.getExecution().getId()))) {
      handOver(dead, operations);
    }
  }

  private static void handOver(ExecutionComplete complete, ExecutionOperations<Void> operations) {
    operations.reschedule(complete, Instant.now());
  }
}
