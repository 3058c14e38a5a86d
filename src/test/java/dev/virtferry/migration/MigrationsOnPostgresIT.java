package dev.virtferry.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.transaction.TransactionSystemException;

/** On a real PostgreSQL server. */
@Import(PostgresServer.class)
@DirtiesContext
class MigrationsOnPostgresIT extends MigrationsContract {

  @Test
  void aTransactionOfAFrozenReplicaEndsByItself() {
    assertThat(bound("lock_timeout")).isEqualTo("5s");
    assertThat(bound("idle_in_transaction_session_timeout")).isEqualTo("10s");
  }

  private String bound(String setting) {
    return sql.sql("select current_setting(:setting)")
        .param("setting", setting)
        .query(String.class)
        .single();
  }

  private void lockAdmission() {
    sql.sql("select id from admission where id = 1 for update").query(Integer.class).single();
  }

  @Test
  void aLockThatIsNotGivenIsADatabaseThatIsAway() {
    transactions.executeWithoutResult(_ -> {
      lockAdmission();
      CompletableFuture<Void> other =
          CompletableFuture.runAsync(() ->
              transactions.executeWithoutResult(_ -> {
                sql.sql("set local lock_timeout = '50ms'").update();
                lockAdmission();
              }));
      assertThatThrownBy(other::join)
          .hasCauseInstanceOf(DataAccessResourceFailureException.class)
          .hasStackTraceContaining("lock timeout");
    });
  }

  @Test
  void soIsATransactionThatNobodyWentOnWith() {
    assertThatThrownBy(() ->
            transactions.executeWithoutResult(_ -> {
              sql.sql("set local idle_in_transaction_session_timeout = '50ms'").update();
              int session = sql.sql("select pg_backend_pid()").query(Integer.class).single();
              await().until(() -> CompletableFuture.supplyAsync(() -> isOver(session)).join());
              lockAdmission();
            }))
        .isInstanceOfSatisfying(
            TransactionSystemException.class,
            ended ->
                assertThat(ended.getOriginalException())
                    .isInstanceOf(DataAccessResourceFailureException.class));
  }

  private boolean isOver(int session) {
    return sql.sql("select count(*) from pg_stat_activity where pid = :session")
            .param("session", session)
            .query(Integer.class)
            .single()
        == 0;
  }

  @Override
  boolean somebodyWaitsForALock() {
    return sql.sql("select count(*) from pg_locks where not granted").query(Integer.class).single()
        > 0;
  }
}
