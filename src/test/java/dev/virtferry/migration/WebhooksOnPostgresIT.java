package dev.virtferry.migration;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Order;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** On a real PostgreSQL server. */
@Order(1)
class WebhooksOnPostgresIT extends WebhooksContract {

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
}
