package dev.virtferry.migration.store;

import dev.virtferry.migration.IdempotencyKey;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The keys under which clients asked for migrations; each is known for some time. */
@Component
final class IdempotencyKeys {

  private final JdbcClient sql;
  private final RetentionProperties retention;
  private final Clock clock;

  IdempotencyKeys(JdbcClient sql, RetentionProperties retention, Clock clock) {
    this.sql = sql;
    this.retention = retention;
    this.clock = clock;
  }

  /**
   * Part of the transaction that accepts a migration.
   *
   * @throws org.springframework.dao.DuplicateKeyException when another one has the key
   */
  void remember(IdempotencyKey key, UUID migration) {
    forgetOld(key);
    sql.sql(
            """
            insert into idempotency (caller, client_key, fingerprint, migration_id, created_at)
            values (:caller, :key, :fingerprint, :migration, :now)
            """)
        .param("caller", key.caller())
        .param("key", key.key())
        .param("fingerprint", key.fingerprint())
        .param("migration", migration)
        .param("now", clock.instant().atOffset(ZoneOffset.UTC))
        .update();
  }

  private void forgetOld(IdempotencyKey key) {
    sql.sql(
            """
            delete from idempotency
             where caller = :caller and client_key = :key and created_at < :forgotten
            """)
        .param("caller", key.caller())
        .param("key", key.key())
        .param("forgotten", forgotten())
        .update();
  }

  /** The time before which keys are not known any more. */
  OffsetDateTime forgotten() {
    return clock.instant().minus(retention.idempotencyKeys()).atOffset(ZoneOffset.UTC);
  }
}
