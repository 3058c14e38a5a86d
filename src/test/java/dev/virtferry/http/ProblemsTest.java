package dev.virtferry.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.SocketTimeoutException;
import java.sql.SQLException;
import org.apache.catalina.connector.ClientAbortException;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ProblemDetail;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

class ProblemsTest {

  @Test
  void saysThatTheDatabaseIsAwayAndNothingOfItsWords() {
    var answer =
        new Problems()
            .databaseAway(new CannotGetJdbcConnectionException("no", new SQLException("secret")));
    assertThat(answer.getStatusCode().value()).isEqualTo(503);
    assertThat(answer.getHeaders().getFirst(HttpHeaders.RETRY_AFTER)).isEqualTo("5");
    assertThat(answer.getBody())
        .isInstanceOfSatisfying(
            ProblemDetail.class,
            body -> {
              assertThat(body.getType()).hasToString("urn:virt-ferry:problem:database-unreachable");
              assertThat(body.getDetail()).contains("Idempotency-Key").doesNotContain("secret");
            });
  }

  /** Nobody is left to be told, and an operator would look for a fault that is none. */
  @Test
  void aClientThatDoesNotTakeItsAnswerIsNoFailure() {
    var away = new ClientAbortException(new SocketTimeoutException());
    assertThat(new Problems().unexpected(away)).isNull();
    assertThat(new Problems().unexpected(new IllegalStateException("played"))).isNotNull();
  }
}
