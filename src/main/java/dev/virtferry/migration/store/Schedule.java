package dev.virtferry.migration.store;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.shaded.jdbc.SQLRuntimeException;
import java.time.Instant;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.stereotype.Component;

/**
 * Tasks that are scheduled in the transaction of what makes them due, and begun once it is over.
 */
@Component
final class Schedule {

  private final Scheduler scheduler;

  Schedule(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /**
   * Once at most for each instance.
   *
   * @throws DataAccessResourceFailureException when the database is away
   */
  void add(TaskInstance<Void> task, Instant due) {
    try {
      scheduler.scheduleIfNotExists(task, due);
    } catch (SQLRuntimeException e) {
      throw new DataAccessResourceFailureException("%s was not scheduled".formatted(task), e);
    }
    AfterCommit.run(scheduler::triggerCheckForDueExecutions);
  }
}
