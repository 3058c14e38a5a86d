package dev.virtferry.http;

import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Unfulfilled;
import java.net.URI;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** A problem as an answer over HTTP: an RFC 9457 document. Filters learn of its type. */
public final class ProblemAnswer {

  private ProblemAnswer() {}

  /**
   * An answer with the status that the problem has of itself.
   *
   * @param properties what the document says beside the problem, by its name in JSON
   * @param headers by name
   */
  public static ResponseEntity<Object> of(
      Problem problem, Map<String, ?> properties, Map<String, String> headers) {
    return of(problem, problem.type().status(), properties, named(headers));
  }

  static ResponseEntity<Object> of(Unfulfilled wish) {
    return of(wish.problem(), wish.status(), wish.properties(), named(wish.headers()));
  }

  static ResponseEntity<Object> of(Problem problem) {
    return of(problem, new HttpHeaders());
  }

  /** With the headers that Spring has for it, such as Allow. */
  static ResponseEntity<Object> of(Problem problem, HttpHeaders headers) {
    return of(problem, problem.type().status(), Map.of(), headers);
  }

  /** Of what was refused outside of Spring MVC; keeps its status. */
  static ResponseEntity<Object> of(HttpStatusCode status) {
    return of(BareStatus.problem(status), status.value(), Map.of(), new HttpHeaders());
  }

  private static HttpHeaders named(Map<String, String> headers) {
    var all = new HttpHeaders();
    headers.forEach(all::set);
    return all;
  }

  private static ResponseEntity<Object> of(
      Problem problem, int status, Map<String, ?> properties, HttpHeaders headers) {
    tell(problem.type());
    return ResponseEntity.status(status)
        .headers(headers)
        .contentType(MediaType.APPLICATION_PROBLEM_JSON)
        .body(document(problem, status, properties));
  }

  private static void tell(ProblemType type) {
    if (RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes now) {
      now.getRequest().setAttribute(ProblemType.ANSWERED, type);
    }
  }

  private static ProblemDetail document(Problem problem, int status, Map<String, ?> properties) {
    ProblemDetail document =
        ProblemDetail.forStatusAndDetail(HttpStatusCode.valueOf(status), problem.detail());
    document.setType(URI.create(problem.type().uri()));
    document.setTitle(problem.type().title());
    if (!problem.errors().isEmpty()) {
      document.setProperty("errors", problem.errors());
    }
    properties.forEach(document::setProperty);
    return document;
  }
}
