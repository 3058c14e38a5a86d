package dev.virtferry.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** On a real PostgreSQL server that waits for its disk at every commit. */
@Tag("bench")
class HttpOnPostgresBench extends HttpBench {

  private static final EmbeddedPostgres SERVER = started();

  HttpOnPostgresBench() {
    super("PostgreSQL");
  }

  private static EmbeddedPostgres started() {
    try {
      return EmbeddedPostgres.builder()
          .setServerConfig("synchronous_commit", "on")
          .setServerConfig("fsync", "on")
          .start();
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
