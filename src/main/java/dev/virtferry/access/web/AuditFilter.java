package dev.virtferry.access.web;

import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.virtferry.access.AuditEntry;
import dev.virtferry.access.Caller;
import dev.virtferry.problem.ProblemType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Gives each call an id, and remembers who changed something, or was refused what its role or scope
 * does not include.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 10)
public final class AuditFilter extends OncePerRequestFilter {

  private static final String REQUEST_ID = "X-Request-Id";
  private static final Pattern ACCEPTABLE_ID = Pattern.compile("[A-Za-z0-9._:-]{1,64}");
  private static final String CALLER = AuditFilter.class.getName() + ".caller";
  private static final String DOMAIN = AuditFilter.class.getName() + ".domain";
  private static final String MIGRATION = AuditFilter.class.getName() + ".migration";

  private final AuditTrail trail;
  private final TimeBasedEpochGenerator ids = new TimeBasedEpochGenerator(null);
  private final Clock clock;

  AuditFilter(AuditTrail trail, Clock clock) {
    this.trail = trail;
    this.clock = clock;
  }

  /** Who calls. */
  static void called(HttpServletRequest request, Caller caller) {
    request.setAttribute(CALLER, caller);
  }

  /** The domain that the call is about. */
  public static void about(HttpServletRequest request, String domain) {
    request.setAttribute(DOMAIN, domain);
  }

  /** The migration that the call is about. */
  public static void about(HttpServletRequest request, UUID migration, String domain) {
    request.setAttribute(MIGRATION, migration);
    request.setAttribute(DOMAIN, domain);
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String id = requestId(request);
    response.setHeader(REQUEST_ID, id);
    try (var _ = MDC.putCloseable("request", id)) {
      chain.doFilter(request, response);
      if (request.getAttribute(CALLER) instanceof Caller caller
          && isOfInterest(request, response)) {
        trail.keep(entry(request, response, caller, id));
      }
    }
  }

  private static boolean isOfInterest(HttpServletRequest request, HttpServletResponse response) {
    boolean reads = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
    return !reads || response.getStatus() == HttpServletResponse.SC_FORBIDDEN;
  }

  private String requestId(HttpServletRequest request) {
    return Optional.ofNullable(request.getHeader(REQUEST_ID))
        .filter(given -> ACCEPTABLE_ID.matcher(given).matches())
        .orElseGet(() -> ids.generate().toString());
  }

  private AuditEntry entry(
      HttpServletRequest request, HttpServletResponse response, Caller caller, String id) {
    Instant now = clock.instant();
    return new AuditEntry(
        ids.generate(),
        now,
        now,
        1,
        caller.name(),
        request.getRemoteAddr(),
        action(request),
        text(request, DOMAIN),
        request.getAttribute(MIGRATION) instanceof UUID migration ? migration : null,
        response.getStatus(),
        request.getAttribute(ProblemType.ANSWERED) instanceof ProblemType problem
            ? problem.label()
            : null,
        id);
  }

  private static @Nullable String text(HttpServletRequest request, String attribute) {
    return request.getAttribute(attribute) instanceof String text ? text : null;
  }

  private static String action(HttpServletRequest request) {
    Object known = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
    String path = known instanceof String pattern ? pattern : request.getRequestURI();
    return Shortened.of(request.getMethod() + " " + path);
  }
}
