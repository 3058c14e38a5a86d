package dev.virtferry.http;

import static dev.virtferry.problem.ProblemType.DATABASE_UNREACHABLE;
import static dev.virtferry.problem.ProblemType.INTERNAL_ERROR;
import static dev.virtferry.problem.ProblemType.INVALID_REQUEST;

import dev.virtferry.problem.BodyTooLarge;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.RetryAfter;
import dev.virtferry.problem.Unfulfilled;
import java.util.Map;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * Answers with the problem that a failure carries, and finds one for what frameworks throw and for
 * whatever nobody foresaw.
 */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {

  private static final Logger log = LoggerFactory.getLogger(Problems.class);

  @ExceptionHandler
  ResponseEntity<Object> unfulfilled(Unfulfilled wish) {
    return ProblemAnswer.of(wish);
  }

  @ExceptionHandler
  ResponseEntity<Object> tooLarge(BodyTooLarge large) {
    return ProblemAnswer.of(large.problem());
  }

  /** Tomcat reads parameters when they are asked for, and throws then. */
  @ExceptionHandler
  ResponseEntity<Object> unreadable(InvalidParameterException unreadable) {
    return ProblemAnswer.of(
        Problem.of(
            INVALID_REQUEST,
            "The query can't be read: every parameter needs a name, percent signs two digits behind"
                + " them, and there is a limit to how many there are."));
  }

  /** Whether a change was written before the connection broke can't be told from here. */
  @ExceptionHandler({
    DataAccessResourceFailureException.class,
    TransientDataAccessException.class,
    TransactionException.class
  })
  ResponseEntity<Object> databaseAway(Exception away) {
    log.warn("The database can't be reached", away);
    return ProblemAnswer.of(
        Problem.of(
            DATABASE_UNREACHABLE,
            "virt-ferry can't reach its database. Migrations that run go on; ask again in a moment,"
                + " and repeat a request with its Idempotency-Key."),
        Map.of(),
        RetryAfter.A_MOMENT);
  }

  /** A client that went away, or does not read, is told nothing, and is no failure of ours. */
  @ExceptionHandler
  @Nullable ResponseEntity<Object> unexpected(Exception bug) {
    if (DisconnectedClientHelper.isClientDisconnectedException(bug)) {
      log.debug("A client did not take its answer", bug);
      return null;
    }
    log.error("A request failed for a reason that is not the client's", bug);
    return ProblemAnswer.of(
        Problem.of(
            INTERNAL_ERROR,
            "Nothing is known to have been started. Report it together with virt-ferry's log."));
  }

  @Override
  protected ResponseEntity<Object> handleHttpMessageNotReadable(
      HttpMessageNotReadableException unreadable,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    return NestedExceptionUtils.getRootCause(unreadable) instanceof BodyTooLarge large
        ? tooLarge(large)
        : ProblemAnswer.of(UnreadableBody.problem(unreadable), headers);
  }

  @Override
  protected ResponseEntity<Object> handleMethodArgumentNotValid(
      MethodArgumentNotValidException invalid,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    return ProblemAnswer.of(InvalidFields.problem(invalid.getBindingResult()), headers);
  }

  @Override
  protected ResponseEntity<Object> handleHandlerMethodValidationException(
      HandlerMethodValidationException invalid,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    return ProblemAnswer.of(InvalidFields.problem(invalid), headers);
  }

  @Override
  protected ResponseEntity<Object> handleTypeMismatch(
      TypeMismatchException mismatch,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    return ProblemAnswer.of(InvalidFields.problem(mismatch), headers);
  }

  /** Everything else that Spring refuses by itself. */
  @Override
  protected @Nullable ResponseEntity<Object> handleExceptionInternal(
      Exception refused,
      @Nullable Object body,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    if (status.is5xxServerError()) {
      log.error("A request failed for a reason that is not the client's", refused);
    }
    return ProblemAnswer.of(BareStatus.problem(status), headers);
  }
}
