package dev.virtferry.migration.store;

import dev.virtferry.migration.Migration;
import java.time.Clock;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Writes down each change of state, with its cause and the replica that wrote it. */
@Component
@Order(1)
final class MigrationHistory implements MigrationChanged.Listener {

  private final JdbcClient sql;
  private final Replica replica;
  private final Clock clock;

  MigrationHistory(JdbcClient sql, Replica replica, Clock clock) {
    this.sql = sql;
    this.replica = replica;
    this.clock = clock;
  }

  @Override
  public void changed(MigrationChanged event) {
    if (!event.entered()) {
      return;
    }
    @Nullable Migration before = event.before();
    Migration now = event.now().migration();
    sql.sql(
            """
            insert into migration_history (migration_id, at, from_state, to_state, cause, replica)
            values (:id, :at, :from, :to, :cause, :replica)
            """)
        .param("id", now.id())
        .param("at", clock.instant().atOffset(ZoneOffset.UTC))
        .param("from", before == null ? null : before.state().name())
        .param("to", now.state().name())
        .param("cause", event.cause())
        .param("replica", replica.name())
        .update();
  }
}
