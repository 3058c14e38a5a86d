package dev.virtferry.http;

import static dev.virtferry.problem.ProblemType.INVALID_REQUEST;

import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Problem.FieldError;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.MethodParameter;
import org.springframework.validation.BindingResult;
import org.springframework.validation.Errors;
import org.springframework.validation.method.MethodValidationResult;
import org.springframework.validation.method.ParameterErrors;
import org.springframework.validation.method.ParameterValidationResult;
import org.springframework.web.bind.annotation.RequestHeader;

/** Says which fields of a body, parameters and headers can't be accepted, and why. */
final class InvalidFields {

  private static final Comparator<FieldError> BY_POINTER =
      Comparator.comparing(FieldError::pointer).thenComparing(FieldError::detail);

  private InvalidFields() {}

  /** Of a body. */
  static Problem problem(BindingResult body) {
    return invalid(ofBody(body));
  }

  /** Of what a controller's method takes. */
  static Problem problem(MethodValidationResult call) {
    return invalid(
        call.getParameterValidationResults().stream().flatMap(InvalidFields::ofParameter));
  }

  /** Of a parameter or header that is no value of its type. */
  static Problem problem(TypeMismatchException mismatch) {
    String name = String.valueOf(mismatch.getPropertyName());
    return Problem.at(
        name,
        INVALID_REQUEST,
        "'%s' is not a value that %s can have.".formatted(mismatch.getValue(), name));
  }

  private static Stream<FieldError> ofParameter(ParameterValidationResult result) {
    return result instanceof ParameterErrors body
        ? ofBody(body)
        : result.getResolvableErrors().stream()
            .map(e -> fieldError(name(result.getMethodParameter()), e.getDefaultMessage()));
  }

  private static Stream<FieldError> ofBody(Errors body) {
    return body.getFieldErrors().stream()
        .map(e -> fieldError(JsonPointers.of(e.getField()), e.getDefaultMessage()));
  }

  /** A header is known to clients by its own name, a parameter by that of the method. */
  private static String name(MethodParameter parameter) {
    RequestHeader header = parameter.getParameterAnnotation(RequestHeader.class);
    return header == null ? String.valueOf(parameter.getParameterName()) : header.name();
  }

  private static FieldError fieldError(String where, @Nullable String message) {
    return new FieldError(where, "%s %s.".formatted(where, message));
  }

  private static Problem invalid(Stream<FieldError> found) {
    List<FieldError> errors = found.sorted(BY_POINTER).toList();
    String words = String.join(" ", errors.stream().map(FieldError::detail).toList());
    return new Problem(
        INVALID_REQUEST, "Some fields can't be accepted: %s".formatted(words), errors);
  }
}
