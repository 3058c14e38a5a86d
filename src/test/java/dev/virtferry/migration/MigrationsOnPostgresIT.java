package dev.virtferry.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** On a real PostgreSQL server. */
class MigrationsOnPostgresIT extends MigrationsContract {

  private static final EmbeddedPostgres SERVER = started();

  private static EmbeddedPostgres started() {
    try {
      return EmbeddedPostgres.start();
    } catch (IOException e) {
      throw new IllegalStateException("PostgreSQL did not start", e);
    }
  }

  @DynamicPropertySource
  static void server(DynamicPropertyRegistry properties) {
    properties.add("spring.datasource.url", () -> SERVER.getJdbcUrl("postgres", "postgres"));
    properties.add("db-scheduler.polling-strategy", () -> "lock-and-fetch");
  }

  @AfterAll
  static void stop() throws IOException {
    SERVER.close();
  }

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
}
