package dev.virtferry.sql;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Takes what H2 says of its file for the end of every connection of the pool. */
record LettingGo(HikariDataSource pool) implements SQLExceptionOverride {

  @java.lang.Override
  public SQLExceptionOverride.Override adjudicate(SQLException failure) {
    if (FileFailure.of(failure).isEmpty()) {
      return SQLExceptionOverride.Override.CONTINUE_EVICT;
    }
    @Nullable HikariPoolMXBean all = pool.getHikariPoolMXBean();
    if (all != null) {
      all.softEvictConnections();
    }
    return SQLExceptionOverride.Override.MUST_EVICT;
  }
}
