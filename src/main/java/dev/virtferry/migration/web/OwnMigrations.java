package dev.virtferry.migration.web;

import dev.virtferry.access.Caller;
import dev.virtferry.access.web.AuditFilter;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationService;
import dev.virtferry.migration.Tracked;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.UUID;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Whatever is asked of a migration: one that the caller may not see is not there. */
@Component
class OwnMigrations implements HandlerInterceptor, WebMvcConfigurer {

  private final MigrationService service;

  OwnMigrations(MigrationService service) {
    this.service = service;
  }

  @Override
  public void addInterceptors(InterceptorRegistry registry) {
    registry.addInterceptor(this).addPathPatterns("/v1/migrations/{id}", "/v1/migrations/{id}/**");
  }

  @Override
  public boolean preHandle(
      HttpServletRequest request, HttpServletResponse response, Object handler) {
    if (request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE)
            instanceof Map<?, ?> variables
        && variables.get("id") instanceof String id) {
      Authentication who = SecurityContextHolder.getContext().getAuthentication();
      if (who != null && who.getPrincipal() instanceof Caller caller) {
        require(id, caller, request);
      }
    }
    return true;
  }

  private void require(String given, Caller caller, HttpServletRequest request) {
    UUID id;
    try {
      id = UUID.fromString(given);
    } catch (IllegalArgumentException e) {
      // What is wrong with it is said where it is read.
      return;
    }
    Migration migration =
        service
            .find(id)
            .map(Tracked::migration)
            .filter(found -> found.isIn(caller.scope()))
            .orElseThrow(() -> new MigrationNotFound(id));
    AuditFilter.about(request, id, migration.order().guest().name());
  }
}
