package dev.virtferry.sql;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.util.Objects;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.stereotype.Component;

/**
 * Looks after the file of an embedded database before it is opened, and lets go of all connections
 * when H2 has closed it. They would stay closed for ever, and H2 calls them valid; a new one opens
 * the file again as soon as it can be written.
 */
@Component
final class EmbeddedDatabase implements BeanPostProcessor {

  @Override
  public Object postProcessBeforeInitialization(Object bean, String name) {
    if (bean instanceof HikariDataSource pool) {
      prepare(pool);
    }
    return bean;
  }

  private static void prepare(HikariDataSource pool) {
    String url = Objects.requireNonNullElse(pool.getJdbcUrl(), "");
    EmbeddedFile.of(url)
        .ifPresent(file -> {
          file.makePrivate();
          requireWhole(file, pool);
        });
    if (ServerConnections.isServer(url)) {
      ServerConnections.bound(pool);
    }
    pool.setExceptionOverride(new LettingGo(pool));
  }

  private static void requireWhole(EmbeddedFile file, HikariDataSource pool) {
    try {
      file.requireWhole(pool.getUsername(), pool.getPassword());
    } catch (SQLException e) {
      throw new BeanCreationException("The embedded database can't be opened", e);
    }
  }
}
