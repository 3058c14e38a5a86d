package dev.virtferry.migration.store;

import com.github.kagkarlsson.scheduler.task.Priority;
import dev.virtferry.migration.QueueFull;
import dev.virtferry.migration.Slots;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Gives free slots to queued migrations: the higher priority first, then the older; one that waits
 * for a busy host does not hold up the others. Who has got one is a scheduled task from then on.
 */
@Component
@Order(6)
class Admission implements MigrationChanged.Listener {

  private final JdbcClient sql;
  private final Schedule schedule;
  private final AdmissionProperties limits;
  private final Clock clock;

  Admission(JdbcClient sql, Schedule schedule, AdmissionProperties limits, Clock clock) {
    this.sql = sql;
    this.schedule = schedule;
    this.limits = limits;
    this.clock = clock;
  }

  private record Row(UUID id, String source, String destination, Slots slots) {}

  /**
   * Comes before a row that others may admit is written: who admits has this lock, and writes such
   * rows then.
   */
  @Transactional(propagation = Propagation.MANDATORY)
  public void lock() {
    sql.sql("select id from admission where id = 1 for update").query(Integer.class).single();
  }

  /**
   * Part of the transaction that queued a migration, or after which one takes less of the limits,
   * so that no slot stays unused.
   */
  @Override
  @Transactional(propagation = Propagation.MANDATORY)
  public void changed(MigrationChanged event) {
    if (event.mayAdmit()) {
      admit();
    }
  }

  private void admit() {
    lock();
    Taken taken = taken();
    for (Optional<Row> next = next(taken); next.isPresent(); next = next(taken)) {
      taken.add(next.get());
      admit(next.get());
    }
  }

  private Taken taken() {
    var taken = new Taken(limits);
    sql.sql(
            """
            select id, source, destination, outgoing, incoming from migration
             where %s and admitted and (outgoing or incoming)
            """
                .formatted(MigrationTable.UNDER_WAY))
        .query(Admission::row)
        .list()
        .forEach(taken::add);
    return taken;
  }

  /**
   * After {@link #changed}, whose lock keeps the count true to the end of the transaction.
   *
   * @throws QueueFull when more of the caller's wait than may
   */
  @Transactional(propagation = Propagation.MANDATORY)
  public void requireRoom(String caller) {
    int waiting =
        sql.sql(
                """
                select count(*) from migration
                 where caller = :caller and state = 'QUEUED' and not admitted
                """)
            .param("caller", caller)
            .query(Integer.class)
            .single();
    if (waiting > limits.queuedPerCaller()) {
      throw new QueueFull(limits.queuedPerCaller());
    }
  }

  /** The first in the queue that has a slot; however long the queue is, only that one is read. */
  private Optional<Row> next(Taken taken) {
    if (taken.all()) {
      return Optional.empty();
    }
    return sql.sql(
            """
            select id, source, destination, outgoing, incoming from migration
             where state = 'QUEUED' and not admitted
               and source not in (:busySources) and destination not in (:busyDestinations)
             order by priority desc, created_at, id
             limit 1
            """)
        .param("busySources", taken.busySources())
        .param("busyDestinations", taken.busyDestinations())
        .query(Admission::row)
        .optional();
  }

  private static Row row(ResultSet rs, int number) throws SQLException {
    return new Row(
        rs.getObject("id", UUID.class),
        rs.getString("source"),
        rs.getString("destination"),
        new Slots(rs.getBoolean("outgoing"), rs.getBoolean("incoming")));
  }

  private void admit(Row row) {
    sql.sql("update migration set admitted = true where id = :id").param("id", row.id()).update();
    // Before what is told of others, however much of that is due.
    schedule.add(
        MigrationTask.TASK.instance(row.id().toString()).priority(Priority.HIGH).build(),
        clock.instant());
  }

  /** The slots in use. They may be more than there are: who goes on by itself does not ask. */
  private static final class Taken {

    private final AdmissionProperties limits;
    private final Map<String, Integer> outgoing = new HashMap<>();
    private final Map<String, Integer> incoming = new HashMap<>();
    private int total;

    Taken(AdmissionProperties limits) {
      this.limits = limits;
    }

    boolean all() {
      return total >= limits.total();
    }

    List<String> busySources() {
      return busy(outgoing, limits.outgoingPerHost());
    }

    List<String> busyDestinations() {
      return busy(incoming, limits.incomingPerHost());
    }

    /** With a name that no host has, as SQL knows no empty list. */
    private static List<String> busy(Map<String, Integer> inUse, int most) {
      return Stream.concat(
              Stream.of(""),
              inUse.entrySet().stream().filter(e -> e.getValue() >= most).map(Map.Entry::getKey))
          .toList();
    }

    void add(Row row) {
      total++;
      if (row.slots().outgoing()) {
        outgoing.merge(row.source(), 1, Integer::sum);
      }
      if (row.slots().incoming()) {
        incoming.merge(row.destination(), 1, Integer::sum);
      }
    }
  }
}
