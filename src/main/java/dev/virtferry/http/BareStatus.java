package dev.virtferry.http;

import static dev.virtferry.problem.ProblemType.INTERNAL_ERROR;
import static dev.virtferry.problem.ProblemType.INVALID_REQUEST;
import static dev.virtferry.problem.ProblemType.METHOD_NOT_ALLOWED;
import static dev.virtferry.problem.ProblemType.NOT_ACCEPTABLE;
import static dev.virtferry.problem.ProblemType.NOT_FOUND;
import static dev.virtferry.problem.ProblemType.PAYLOAD_TOO_LARGE;
import static dev.virtferry.problem.ProblemType.UNSUPPORTED_MEDIA_TYPE;

import dev.virtferry.problem.Problem;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;

/** What Spring or Tomcat refuse by themselves: a status is all that has to be named. */
final class BareStatus {

  private BareStatus() {}

  static Problem problem(HttpStatusCode status) {
    return switch (HttpStatus.resolve(status.value())) {
      case NOT_FOUND -> Problem.of(NOT_FOUND, "Nothing is at this address; see /swagger-ui.html.");
      case METHOD_NOT_ALLOWED ->
          Problem.of(METHOD_NOT_ALLOWED, "See the Allow header for the methods that are known.");
      case NOT_ACCEPTABLE ->
          Problem.of(NOT_ACCEPTABLE, "Accept application/json, or send no Accept header.");
      case CONTENT_TOO_LARGE -> Problem.of(PAYLOAD_TOO_LARGE, "Send a smaller body.");
      case UNSUPPORTED_MEDIA_TYPE ->
          Problem.of(
              UNSUPPORTED_MEDIA_TYPE,
              "Send the body as application/json, with Content-Type; a PATCH as"
                  + " application/merge-patch+json.");
      case NOT_IMPLEMENTED, HTTP_VERSION_NOT_SUPPORTED -> notUnderstood();
      case null, default ->
          status.is5xxServerError()
              ? Problem.of(INTERNAL_ERROR, "Report it together with virt-ferry's log.")
              : notUnderstood();
    };
  }

  private static Problem notUnderstood() {
    return Problem.of(INVALID_REQUEST, "The request can't be understood; see /swagger-ui.html.");
  }
}
