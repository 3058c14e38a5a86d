package dev.virtferry.migration.store;

import dev.virtferry.migration.MigrationState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Forgets finished migrations when they are old enough, a few at a time. */
@Component
public final class OldMigrations {

  private static final Logger log = LoggerFactory.getLogger(OldMigrations.class);

  /** Small, so that nobody waits for a lock. */
  private static final int BATCH = 200;

  private final JdbcClient sql;
  private final RetentionProperties properties;
  private final Clock clock;

  OldMigrations(JdbcClient sql, RetentionProperties properties, Clock clock) {
    this.sql = sql;
    this.properties = properties;
    this.clock = clock;
  }

  /** Deletes everything that is old enough now. */
  public void forget() {
    int forgotten =
        forget(MigrationState.SUCCEEDED, properties.succeeded())
            + forget(MigrationState.FAILED, properties.failed())
            + forget(MigrationState.CANCELLED, properties.cancelled());
    delete("delete from idempotency where created_at < :before", properties.idempotencyKeys());
    delete("delete from audit where at < :before", properties.audit());
    if (forgotten > 0) {
      log.info("Forgot {} finished migrations that were old enough", forgotten);
    }
  }

  private void delete(String statement, Duration age) {
    sql.sql(statement).param("before", before(age).atOffset(ZoneOffset.UTC)).update();
  }

  private int forget(MigrationState state, Duration age) {
    int all = 0;
    int batch = BATCH;
    while (batch == BATCH) {
      batch = forgetBatch(state, age);
      all += batch;
    }
    return all;
  }

  private int forgetBatch(MigrationState state, Duration age) {
    return sql.sql(
            """
            delete from migration where id in (
              select id from migration
               where state = :state and ended_at < :before
               order by ended_at limit :batch)
            """)
        .param("state", state.name())
        .param("before", before(age).atOffset(ZoneOffset.UTC))
        .param("batch", BATCH)
        .update();
  }

  private Instant before(Duration age) {
    return clock.instant().minus(age);
  }
}
