package dev.virtferry.migration.store;

import com.github.kagkarlsson.scheduler.Scheduler;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Gives free slots to queued migrations: the higher priority first, then the older; one that waits
 * for a busy host does not hold up the others. A slot is a scheduled task.
 */
@Component
class Admission {

  private final JdbcClient sql;
  private final Scheduler scheduler;
  private final AdmissionProperties limits;
  private final Clock clock;

  Admission(JdbcClient sql, Scheduler scheduler, AdmissionProperties limits, Clock clock) {
    this.sql = sql;
    this.scheduler = scheduler;
    this.limits = limits;
    this.clock = clock;
  }

  private record Row(UUID id, String source, String destination) {}

  /** Part of the transaction that queued a migration or ended one, so that no slot stays unused. */
  @Transactional(propagation = Propagation.MANDATORY)
  public void admit() {
    sql.sql("select id from admission where id = 1 for update").query(Integer.class).single();
    var slots = new Slots(limits);
    rows("select id, source, destination from migration where admitted and active_domain is not null")
        .forEach(slots::occupy);
    for (Row row :
        rows(
            """
            select id, source, destination from migration
             where state = 'QUEUED' and not admitted
             order by priority desc, created_at, id
            """)) {
      if (slots.free(row)) {
        slots.occupy(row);
        admit(row);
      }
    }
  }

  private List<Row> rows(String query) {
    return sql.sql(query)
        .query((rs, _) ->
            new Row(
                rs.getObject("id", UUID.class),
                rs.getString("source"),
                rs.getString("destination")))
        .list();
  }

  private void admit(Row row) {
    sql.sql("update migration set admitted = true where id = :id").param("id", row.id()).update();
    scheduler.scheduleIfNotExists(
        MigrationTask.TASK.instance(row.id().toString()).build(), clock.instant());
    AfterCommit.run(scheduler::triggerCheckForDueExecutions);
  }

  /** The slots in use. */
  private static final class Slots {

    private final AdmissionProperties limits;
    private final Map<String, Integer> outgoing = new HashMap<>();
    private final Map<String, Integer> incoming = new HashMap<>();
    private int total;

    Slots(AdmissionProperties limits) {
      this.limits = limits;
    }

    boolean free(Row row) {
      return total < limits.total()
          && outgoing.getOrDefault(row.source(), 0) < limits.outgoingPerHost()
          && incoming.getOrDefault(row.destination(), 0) < limits.incomingPerHost();
    }

    void occupy(Row row) {
      total++;
      outgoing.merge(row.source(), 1, Integer::sum);
      incoming.merge(row.destination(), 1, Integer::sum);
    }
  }
}
