package dev.virtferry.sql;

import java.sql.SQLException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;
import org.springframework.jdbc.support.SQLExceptionTranslator;

/**
 * Tells a database that is away from a statement that is wrong; Spring does not know H2's codes.
 */
@Configuration(proxyBeanMethods = false)
class DatabaseFailures {

  private static final SQLExceptionTranslator OTHERS = new SQLExceptionSubclassTranslator();

  /** PostgreSQL ended the wait for a lock, or a transaction that nobody went on with. */
  private static final Set<String> ENDED = Set.of("55P03", "25P03");

  @Bean
  SQLExceptionTranslator databaseFailure() {
    return DatabaseFailures::translated;
  }

  @Bean
  TransactionManagerCustomizer<JdbcTransactionManager> databaseFailureOfTransactions() {
    return transactions -> transactions.setExceptionTranslator(DatabaseFailures::translated);
  }

  static @Nullable DataAccessException translated(
      String task, @Nullable String sql, SQLException failure) {
    return FileFailure.of(failure).isPresent() || ENDED.contains(state(failure))
        ? new DataAccessResourceFailureException(
            "%s: %s".formatted(task, failure.getMessage()), failure)
        : OTHERS.translate(task, sql, failure);
  }

  private static String state(SQLException failure) {
    return Objects.requireNonNullElse(failure.getSQLState(), "");
  }
}
