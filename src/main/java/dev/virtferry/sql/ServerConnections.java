package dev.virtferry.sql;

import com.zaxxer.hikari.HikariDataSource;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Connections to PostgreSQL, each of which may die without a word: a host that lost its power, or a
 * firewall that forgot about it, answers nothing. Whoever waits for an answer waits for seconds.
 */
@Configuration(proxyBeanMethods = false)
class ServerConnections {

  /** PgJDBC's own properties, in seconds. No statement takes that long, but on the schema. */
  private static final Map<String, String> PROPERTIES =
      Map.of("socketTimeout", "10", "connectTimeout", "5", "tcpKeepAlive", "true");

  /**
   * What a replica that is frozen, or lost its power, in a transaction keeps from others ends by
   * itself. PostgreSQL does not look whether its client lives, so who waits is ended there as well,
   * before the client gives up.
   */
  private static final String SESSION =
      "set lock_timeout = '5s'; set idle_in_transaction_session_timeout = '10s'";

  static boolean isServer(String url) {
    return url.startsWith("jdbc:postgresql:");
  }

  /** Bounds what the operator has not bounded; what the URL says counts. */
  static void bound(HikariDataSource pool) {
    Properties given = pool.getDataSourceProperties();
    PROPERTIES.forEach(given::putIfAbsent);
    if (pool.getConnectionInitSql() == null) {
      pool.setConnectionInitSql(SESSION);
    }
  }

  /** A change of the schema takes as long as it takes, on a connection of its own. */
  @Bean
  FlywayConfigurationCustomizer patientFlyway() {
    return flyway -> {
      if (flyway.getDataSource() instanceof HikariDataSource pool) {
        String url = Objects.requireNonNullElse(pool.getJdbcUrl(), "");
        if (isServer(url)) {
          flyway.dataSource(url, pool.getUsername(), pool.getPassword());
        }
      }
    };
  }
}
