package dev.virtferry.sql;

import java.sql.SQLException;
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
    return FileFailure.of(failure).isPresent()
        ? new DataAccessResourceFailureException(
            "%s: %s".formatted(task, failure.getMessage()), failure)
        : OTHERS.translate(task, sql, failure);
  }
}
