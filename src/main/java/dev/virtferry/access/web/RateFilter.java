package dev.virtferry.access.web;

import dev.virtferry.access.Caller;
import dev.virtferry.access.web.RateLimits.Kind;
import dev.virtferry.problem.Refused;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Knows by now who calls: tells the audit, and refuses who goes too fast. */
final class RateFilter extends OncePerRequestFilter {

  private static final Set<String> READS = Set.of("GET", "HEAD", "OPTIONS");

  private final RateLimits limits;
  private final HandlerExceptionResolver problems;

  RateFilter(RateLimits limits, HandlerExceptionResolver problems) {
    this.limits = limits;
    this.problems = problems;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Authentication who = SecurityContextHolder.getContext().getAuthentication();
    if (who != null && who.getPrincipal() instanceof Caller caller) {
      AuditFilter.called(request, caller);
      if (mayGoOn(caller.name(), request, response) && mayOpen(caller.name(), request, response)) {
        goOn(caller.name(), request, response, chain);
      }
    } else if (mayGoOn(request.getRemoteAddr(), request, response)) {
      chain.doFilter(request, response);
    }
  }

  private void goOn(
      String name, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try {
      chain.doFilter(request, response);
    } finally {
      limits.close(name);
    }
  }

  private boolean mayGoOn(String name, HttpServletRequest request, HttpServletResponse response) {
    Kind kind = READS.contains(request.getMethod()) ? Kind.READ : Kind.WRITE;
    return isAllowed(() -> limits.count(kind, name), request, response);
  }

  private boolean mayOpen(String name, HttpServletRequest request, HttpServletResponse response) {
    return isAllowed(() -> limits.open(name), request, response);
  }

  private boolean isAllowed(
      Runnable limit, HttpServletRequest request, HttpServletResponse response) {
    try {
      limit.run();
      return true;
    } catch (Refused tooMany) {
      problems.resolveException(request, response, null, tooMany);
      return false;
    }
  }

  /** Probes come from the machine's own keepers, and nothing is counted there. */
  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return request.getRequestURI().startsWith("/actuator/health");
  }
}
