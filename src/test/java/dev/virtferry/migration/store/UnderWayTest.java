package dev.virtferry.migration.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.migration.MigrationState;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What looks for the few that have not ended does not read the thousands that have. */
class UnderWayTest {

  @Test
  void areFoundByAnIndex() {
    var database = new JdbcDataSource();
    database.setUrl("jdbc:h2:mem:under-way;DB_CLOSE_DELAY=-1");
    Flyway.configure().dataSource(database).locations("classpath:db/migration").load().migrate();
    JdbcClient sql = JdbcClient.create(database);
    sql.sql(
            """
            insert into migration (id, version, epoch, state, domain_name, domain_uuid, source,
                                   destination, priority, admitted, created_at, document)
            select random_uuid(), 1, 1, 'SUCCEEDED', 'web', random_uuid(), 'kvm-a', 'kvm-b', 5, true,
                   current_timestamp, '{}'
              from system_range(1, 2000)
            """)
        .update();
    sql.sql("analyze").update();
    String plan =
        sql.sql("explain select id from migration where " + MigrationTable.UNDER_WAY)
            .query(String.class)
            .single();
    assertThat(plan).containsIgnoringCase("migration_state_newest").doesNotContain("tableScan");
    sql.sql("shutdown").update();
  }

  @Test
  void areAllThatHaveNotEnded() {
    for (MigrationState state : List.of(MigrationState.values())) {
      assertThat(MigrationTable.UNDER_WAY.contains("'" + state + "'"))
          .as(state.name())
          .isNotEqualTo(state.terminal());
    }
  }
}
