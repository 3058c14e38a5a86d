package dev.virtferry.migration.web;

import dev.virtferry.http.ProblemAnswer;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.migration.Failure.LibvirtWords;
import dev.virtferry.migration.FailureClassifier;
import dev.virtferry.migration.plan.Discretion;
import dev.virtferry.problem.RetryAfter;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Answers with the problems of hosts and of libvirt, whose failures carry none. Asked before the
 * advice that takes whatever nobody else does.
 */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
class HostProblems {

  private static final Logger log = LoggerFactory.getLogger(HostProblems.class);

  @ExceptionHandler
  ResponseEntity<Object> unreachable(HostUnreachable unreachable) {
    log.warn("{}", unreachable.getMessage());
    return ProblemAnswer.of(
        FailureClassifier.duringARequest(unreachable), Map.of(), RetryAfter.A_MOMENT);
  }

  @ExceptionHandler
  ResponseEntity<Object> libvirt(LibvirtFailure failure) {
    if (failure.mayNameOthers() && MigrationVisibility.callerIsBound()) {
      log.warn("{}", failure.message());
      return ProblemAnswer.of(Discretion.libvirt(), Map.of(), Map.of());
    }
    return ProblemAnswer.of(
        FailureClassifier.duringARequest(failure),
        Map.of("libvirt", MigrationResponse.answered(LibvirtWords.of(failure))),
        Map.of());
  }
}
