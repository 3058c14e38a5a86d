package dev.virtferry.migration;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.DynamicPropertyRegistrar;

/** A real PostgreSQL server, which ends after the service that uses it. */
@TestConfiguration(proxyBeanMethods = false)
class PostgresServer {

  @Bean(destroyMethod = "close")
  EmbeddedPostgres server() throws IOException {
    return EmbeddedPostgres.start();
  }

  @Bean
  static DynamicPropertyRegistrar asTheServicesDatabase(EmbeddedPostgres server) {
    return properties -> {
      properties.add("spring.datasource.url", () -> server.getJdbcUrl("postgres", "postgres"));
      properties.add("db-scheduler.polling-strategy", () -> "lock-and-fetch");
    };
  }
}
