package dev.virtferry.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtferry.BesideOthers;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.BadSqlGrammarException;

@BesideOthers
class PatienceTest {

  private final AtomicInteger attempts = new AtomicInteger();

  @Test
  void asksUntilTheDatabaseAnswers() {
    String answer =
        Patience.untilAnswered(() -> {
          if (attempts.incrementAndGet() < 3) {
            throw new DataAccessResourceFailureException("away");
          }
          return "here";
        });
    assertThat(answer).isEqualTo("here");
    assertThat(attempts).hasValue(3);
  }

  @Test
  void aStatementThatIsWrongIsNotAskedAgain() {
    assertThatThrownBy(() ->
            Patience.untilAnswered(() -> {
              attempts.incrementAndGet();
              throw new DataIntegrityViolationException("wrong");
            }))
        .isInstanceOf(DataIntegrityViolationException.class);
    assertThat(attempts).hasValue(1);
  }

  @Test
  void whoIsInterruptedWaitsNoMore() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() ->
            Patience.untilAnswered(() -> {
              attempts.incrementAndGet();
              throw new DataAccessResourceFailureException("away");
            }))
        .isInstanceOf(DataAccessResourceFailureException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(attempts).hasValue(1);
  }

  @Test
  void whatH2SaysOfItsFileIsADatabaseThatIsAway() {
    for (int code : new int[] {50_000, 90_028, 90_031, 90_098, 90_121}) {
      assertThat(translated("HY000", code)).isInstanceOf(DataAccessResourceFailureException.class);
    }
    assertThat(translated("42S02", 42_102)).isInstanceOf(BadSqlGrammarException.class);
  }

  private static @Nullable DataAccessException translated(String state, int code) {
    return DatabaseFailures.translated("task", "select 1", new SQLException("said", state, code));
  }
}
