package dev.virtferry.migration.web;

import dev.virtferry.access.Caller;
import dev.virtferry.access.Scope;
import dev.virtferry.access.web.AuditFilter;
import dev.virtferry.migration.MigrationId;
import dev.virtferry.migration.MigrationQueries;
import dev.virtferry.migration.MigrationSnapshot;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.convert.converter.Converter;
import org.springframework.format.FormatterRegistry;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Finds what a call about one migration is about, and decides in the same step whether the caller
 * may see it: what was not decided on can't be used. The audit learns of it here.
 */
@Component
class MigrationVisibility implements HandlerMethodArgumentResolver, WebMvcConfigurer {

  private final MigrationQueries migrations;

  MigrationVisibility(MigrationQueries migrations) {
    this.migrations = migrations;
  }

  @Override
  public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
    resolvers.add(this);
  }

  /** Where an id is a parameter it is read by the same rule. */
  @Override
  public void addFormatters(FormatterRegistry registry) {
    registry.addConverter(new Id());
  }

  private static final class Id implements Converter<String, @Nullable UUID> {

    @Override
    public @Nullable UUID convert(String given) {
      return given.isEmpty()
          ? null
          : MigrationId.parse(given)
              .orElseThrow(() -> new IllegalArgumentException("This is no UUID"));
    }
  }

  @Override
  public boolean supportsParameter(MethodParameter parameter) {
    return parameter.hasParameterAnnotation(OwnMigration.class);
  }

  /**
   * The migration.
   *
   * @throws MigrationNotFound when there is none, the caller may not see it, or the id can't be
   *     read
   */
  @Override
  public MigrationSnapshot resolveArgument(
      MethodParameter parameter,
      @Nullable ModelAndViewContainer model,
      NativeWebRequest request,
      @Nullable WebDataBinderFactory binders) {
    MigrationSnapshot own = own(request);
    HttpServletRequest call = request.getNativeRequest(HttpServletRequest.class);
    if (call != null) {
      AuditFilter.about(call, own.migration().id(), own.migration().plan().guest().name());
    }
    return own;
  }

  private MigrationSnapshot own(NativeWebRequest request) {
    return id(request)
        .flatMap(migrations::find)
        .filter(
            found -> caller().map(Caller::scope).filter(found.migration().plan()::isIn).isPresent())
        .orElseThrow(MigrationNotFound::new);
  }

  private static Optional<UUID> id(NativeWebRequest request) {
    return request.getAttribute(
                    HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE, NativeWebRequest.SCOPE_REQUEST)
                instanceof Map<?, ?> variables
            && variables.get("id") instanceof String given
        ? MigrationId.parse(given)
        : Optional.empty();
  }

  /** Whether whoever makes this call sees a part of all only. */
  static boolean callerIsBound() {
    return caller().filter(caller -> caller.scope().equals(Scope.EVERYTHING)).isEmpty();
  }

  private static Optional<Caller> caller() {
    Authentication who = SecurityContextHolder.getContext().getAuthentication();
    return who != null && who.getPrincipal() instanceof Caller caller
        ? Optional.of(caller)
        : Optional.empty();
  }
}
