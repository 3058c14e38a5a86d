package dev.virtferry.migration.web;

import static dev.virtferry.problem.ProblemType.DATABASE_UNREACHABLE;
import static dev.virtferry.problem.ProblemType.INTERNAL_ERROR;
import static dev.virtferry.problem.ProblemType.INVALID_REQUEST;

import dev.virtferry.access.web.AuditFilter;
import dev.virtferry.http.BareStatus;
import dev.virtferry.http.JsonPointers;
import dev.virtferry.http.UnreadableBody;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.migration.Failure.LibvirtWords;
import dev.virtferry.migration.FailureClassifier;
import dev.virtferry.migration.plan.Discretion;
import dev.virtferry.migration.web.MigrationResponse.LibvirtError;
import dev.virtferry.problem.BodyTooLarge;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Problem.FieldError;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.RetryAfter;
import dev.virtferry.problem.Unfulfilled;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.MethodParameter;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.TransactionException;
import org.springframework.validation.method.ParameterErrors;
import org.springframework.validation.method.ParameterValidationResult;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** The one place where failures become problem documents. */
@RestControllerAdvice
public class Problems extends ResponseEntityExceptionHandler {

  private static final Logger log = LoggerFactory.getLogger(Problems.class);

  private static final Comparator<FieldError> BY_POINTER =
      Comparator.comparing(FieldError::pointer).thenComparing(FieldError::detail);

  @ExceptionHandler
  ResponseEntity<Object> unfulfilled(Unfulfilled wish) {
    ProblemDetail body = body(wish.problem());
    body.setStatus(wish.status());
    wish.properties().forEach(body::setProperty);
    var headers = new HttpHeaders();
    wish.headers().forEach(headers::set);
    return response(body, headers);
  }

  @ExceptionHandler
  ResponseEntity<Object> tooLarge(BodyTooLarge large) {
    return response(large.problem(), new HttpHeaders());
  }

  @ExceptionHandler
  ResponseEntity<Object> unreachable(HostUnreachable unreachable) {
    log.warn("{}", unreachable.getMessage());
    return response(FailureClassifier.duringARequest(unreachable), inAMoment());
  }

  @ExceptionHandler
  ResponseEntity<Object> libvirt(LibvirtFailure failure) {
    if (failure.mayNameOthers() && MigrationVisibility.callerIsBound()) {
      log.warn("{}", failure.message());
      return response(Discretion.libvirt(), new HttpHeaders());
    }
    ProblemDetail body = body(FailureClassifier.duringARequest(failure));
    body.setProperty("libvirt", LibvirtError.of(LibvirtWords.of(failure)));
    return response(body, new HttpHeaders());
  }

  /** Tomcat reads parameters when they are asked for, and throws then. */
  @ExceptionHandler
  ResponseEntity<Object> unreadable(InvalidParameterException unreadable) {
    return response(
        Problem.of(
            INVALID_REQUEST,
            "The query can't be read: every parameter needs a name, percent signs two digits behind"
                + " them, and there is a limit to how many there are."),
        new HttpHeaders());
  }

  /** Whether a change was written before the connection broke can't be told from here. */
  @ExceptionHandler({
    DataAccessResourceFailureException.class,
    TransientDataAccessException.class,
    TransactionException.class
  })
  ResponseEntity<Object> databaseAway(Exception away) {
    log.warn("The database can't be reached", away);
    return response(
        Problem.of(
            DATABASE_UNREACHABLE,
            "virt-ferry can't reach its database. Migrations that run go on; ask again in a moment,"
                + " and repeat a request with its Idempotency-Key."),
        inAMoment());
  }

  @ExceptionHandler
  ResponseEntity<Object> unexpected(Exception bug) {
    log.error("A request failed for a reason that is not the client's", bug);
    return response(
        Problem.of(
            INTERNAL_ERROR,
            "Nothing is known to have been started. Report it together with virt-ferry's log."),
        new HttpHeaders());
  }

  @Override
  protected ResponseEntity<Object> handleHttpMessageNotReadable(
      HttpMessageNotReadableException unreadable,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    return NestedExceptionUtils.getRootCause(unreadable) instanceof BodyTooLarge large
        ? tooLarge(large)
        : response(UnreadableBody.problem(unreadable), headers);
  }

  @Override
  protected ResponseEntity<Object> handleMethodArgumentNotValid(
      MethodArgumentNotValidException invalid,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    List<FieldError> errors =
        invalid.getFieldErrors().stream()
            .map(e -> fieldError(JsonPointers.of(e.getField()), e.getDefaultMessage()))
            .sorted(BY_POINTER)
            .toList();
    return response(invalid("Some fields can't be accepted", errors), headers);
  }

  @Override
  protected ResponseEntity<Object> handleHandlerMethodValidationException(
      HandlerMethodValidationException invalid,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    List<FieldError> errors =
        invalid.getParameterValidationResults().stream()
            .flatMap(Problems::errors)
            .sorted(BY_POINTER)
            .toList();
    return response(invalid("Some fields can't be accepted", errors), headers);
  }

  private static Stream<FieldError> errors(ParameterValidationResult result) {
    return result instanceof ParameterErrors body
        ? body.getFieldErrors().stream()
            .map(e -> fieldError(JsonPointers.of(e.getField()), e.getDefaultMessage()))
        : result.getResolvableErrors().stream()
            .map(e -> fieldError(name(result.getMethodParameter()), e.getDefaultMessage()));
  }

  /** A header is known to clients by its own name, a parameter by that of the method. */
  private static String name(MethodParameter parameter) {
    RequestHeader header = parameter.getParameterAnnotation(RequestHeader.class);
    return header == null ? String.valueOf(parameter.getParameterName()) : header.name();
  }

  private static FieldError fieldError(String where, @Nullable String message) {
    return new FieldError(where, "%s %s.".formatted(where, message));
  }

  private static Problem invalid(String what, List<FieldError> errors) {
    String words = String.join(" ", errors.stream().map(FieldError::detail).toList());
    return new Problem(INVALID_REQUEST, "%s: %s".formatted(what, words), errors);
  }

  @Override
  protected ResponseEntity<Object> handleTypeMismatch(
      TypeMismatchException mismatch,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    String name = String.valueOf(mismatch.getPropertyName());
    String detail = "'%s' is not a value that %s can have.".formatted(mismatch.getValue(), name);
    return response(
        new Problem(INVALID_REQUEST, detail, List.of(new FieldError(name, detail))), headers);
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
    return response(BareStatus.problem(status), headers);
  }

  public static ResponseEntity<Object> response(HttpStatusCode status) {
    ProblemDetail body = body(BareStatus.problem(status));
    body.setStatus(status.value());
    return response(body, new HttpHeaders());
  }

  private static HttpHeaders inAMoment() {
    var headers = new HttpHeaders();
    RetryAfter.A_MOMENT.forEach(headers::set);
    return headers;
  }

  private static ResponseEntity<Object> response(Problem problem, HttpHeaders headers) {
    return response(body(problem), headers);
  }

  private static ResponseEntity<Object> response(ProblemDetail body, HttpHeaders headers) {
    return ResponseEntity.status(body.getStatus())
        .headers(headers)
        .contentType(MediaType.APPLICATION_PROBLEM_JSON)
        .body(body);
  }

  private static ProblemDetail body(Problem problem) {
    ProblemType type = problem.type();
    if (RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes now) {
      AuditFilter.answered(now.getRequest(), type.label());
    }
    ProblemDetail body =
        ProblemDetail.forStatusAndDetail(HttpStatusCode.valueOf(type.status()), problem.detail());
    body.setType(URI.create(type.uri()));
    body.setTitle(type.title());
    if (!problem.errors().isEmpty()) {
      body.setProperty("errors", problem.errors());
    }
    return body;
  }
}
