package dev.virtferry.access.web;

import dev.virtferry.access.ProviderAway;
import dev.virtferry.access.web.RateLimits.Kind;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import dev.virtferry.problem.RetryAfter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Answers who may not come in, with a problem like every other. */
final class Refusals implements AuthenticationEntryPoint, AccessDeniedHandler {

  private static final Logger log = LoggerFactory.getLogger(Refusals.class);

  private final HandlerExceptionResolver problems;
  private final RateLimits limits;

  Refusals(HandlerExceptionResolver problems, RateLimits limits) {
    this.problems = problems;
    this.limits = limits;
  }

  @Override
  public void commence(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException why) {
    problems.resolveException(request, response, null, refused(request, why));
  }

  private Refused refused(HttpServletRequest request, AuthenticationException why) {
    if (why instanceof ProviderAway) {
      return new Refused(
          Problem.of(
              ProblemType.IDENTITY_PROVIDER_UNREACHABLE,
              "The identity provider that vouches for this token can't be asked; try again in a"
                  + " moment."),
          RetryAfter.A_MOMENT);
    }
    try {
      limits.count(Kind.FAILURE, request.getRemoteAddr());
    } catch (Refused tooMany) {
      return tooMany;
    }
    log.info(
        "Refused {} {} from {}: {}",
        request.getMethod(),
        Shortened.of(request.getRequestURI()),
        request.getRemoteAddr(),
        Shortened.of(String.valueOf(why.getMessage())));
    return new Refused(
        Problem.of(
            ProblemType.UNAUTHORIZED,
            "Send a token that is valid, as Authorization: Bearer. Where none was configured it is"
                + " in the file data/admin-token of the service."),
        Map.of(HttpHeaders.WWW_AUTHENTICATE, "Bearer"));
  }

  @Override
  public void handle(
      HttpServletRequest request, HttpServletResponse response, AccessDeniedException why) {
    problems.resolveException(
        request,
        response,
        null,
        new Refused(
            Problem.of(
                ProblemType.FORBIDDEN,
                "Your role does not include this call; ask the operator of virt-ferry for a token"
                    + " whose role does.")));
  }
}
