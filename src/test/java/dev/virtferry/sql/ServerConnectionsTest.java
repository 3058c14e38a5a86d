package dev.virtferry.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.internal.jdbc.DriverDataSource;
import org.junit.jupiter.api.Test;

class ServerConnectionsTest {

  private static HikariDataSource pool(String url) {
    var pool = new HikariDataSource();
    pool.setJdbcUrl(url);
    pool.setUsername("ferry");
    return pool;
  }

  private static Properties bounds(HikariDataSource pool) {
    new EmbeddedDatabase().postProcessBeforeInitialization(pool, "dataSource");
    return pool.getDataSourceProperties();
  }

  @Test
  void boundsHowLongAServerIsWaitedFor() {
    assertThat(bounds(pool("jdbc:postgresql://db/ferry")))
        .containsEntry("socketTimeout", "10")
        .containsEntry("tcpKeepAlive", "true");
  }

  @Test
  void leavesWhatAnOperatorSetAndAnEmbeddedDatabaseAlone() {
    HikariDataSource own = pool("jdbc:postgresql://db/ferry");
    own.addDataSourceProperty("socketTimeout", "60");
    assertThat(bounds(own)).containsEntry("socketTimeout", "60");
    assertThat(bounds(pool("jdbc:h2:mem:x"))).isEmpty();
  }

  @Test
  void letsAChangeOfTheSchemaTakeItsTime() {
    FluentConfiguration flyway = Flyway.configure();
    HikariDataSource pool = pool("jdbc:postgresql://db/ferry");
    flyway.dataSource(pool);
    new ServerConnections().patientFlyway().customize(flyway);
    assertThat(flyway.getDataSource()).isInstanceOf(DriverDataSource.class);
    HikariDataSource embedded = pool("jdbc:h2:mem:x");
    flyway.dataSource(embedded);
    new ServerConnections().patientFlyway().customize(flyway);
    assertThat(flyway.getDataSource()).isSameAs(embedded);
  }
}
