package dev.virtferry.sql;

import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.stereotype.Component;

/**
 * Whether the database can be written, as all that the service accepts is. One write is under way
 * at a time, however many ask, and nobody waits for one that hangs.
 */
@Component("dbHealthIndicator")
final class DatabaseHealth implements HealthIndicator {

  private static final Logger log = LoggerFactory.getLogger(DatabaseHealth.class);

  /** Many probes cost one write. */
  private static final Duration GOOD_FOR = Duration.ofSeconds(2);

  /** Shorter than what probes allow, so that they are told. */
  private static final Duration PATIENCE = Duration.ofMillis(1500);

  private static final int LONGEST_WRITE_SECONDS = 2;

  private final JdbcTemplate sql;
  private final AsyncLoadingCache<Class<?>, Health> latest;
  private boolean writable = true;

  DatabaseHealth(DataSource database, SQLExceptionTranslator failures) {
    this.sql = new JdbcTemplate(database);
    this.sql.setExceptionTranslator(failures);
    this.sql.setQueryTimeout(LONGEST_WRITE_SECONDS);
    this.latest =
        Caffeine.newBuilder()
            .expireAfterWrite(GOOD_FOR)
            .executor(
                Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name("readiness").daemon().factory()))
            .buildAsync(_ -> write());
  }

  @Override
  public Health health() {
    return latest
        .get(DatabaseHealth.class)
        .copy()
        .completeOnTimeout(
            Health.down().withDetail("reason", "It does not answer").build(),
            PATIENCE.toMillis(),
            TimeUnit.MILLISECONDS)
        .join();
  }

  private Health write() {
    try {
      sql.update("update readiness set written_at = current_timestamp where id = 1");
      return written();
    } catch (DataAccessException e) {
      return notWritten(e);
    }
  }

  private Health written() {
    if (!writable) {
      log.info("The database can be written again");
    }
    writable = true;
    return Health.up().build();
  }

  private Health notWritten(DataAccessException why) {
    if (writable) {
      log.error("The database can't be written", why);
    }
    writable = false;
    return Health.down().withDetail("reason", "It can't be written").build();
  }
}
