package dev.virtferry.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.internal.jdbc.DriverDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessResourceFailureException;

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

  @Test
  void endsWhatAFrozenReplicaKeepsFromOthers() {
    HikariDataSource pool = pool("jdbc:postgresql://db/ferry");
    bounds(pool);
    assertThat(pool.getConnectionInitSql())
        .contains("lock_timeout", "idle_in_transaction_session_timeout");
    HikariDataSource own = pool("jdbc:postgresql://db/ferry");
    own.setConnectionInitSql("set lock_timeout = '1min'");
    bounds(own);
    assertThat(own.getConnectionInitSql()).isEqualTo("set lock_timeout = '1min'");
    HikariDataSource embedded = pool("jdbc:h2:mem:x");
    bounds(embedded);
    assertThat(embedded.getConnectionInitSql()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"55P03", "25P03"})
  void takesWhatAServerEndedForADatabaseThatIsAway(String state) {
    assertThat(DatabaseFailures.translated("task", null, new SQLException("ended", state)))
        .isInstanceOf(DataAccessResourceFailureException.class);
  }
}
