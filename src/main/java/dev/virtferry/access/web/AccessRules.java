package dev.virtferry.access.web;

import static org.springframework.http.HttpMethod.GET;
import static org.springframework.http.HttpMethod.HEAD;
import static org.springframework.http.HttpMethod.POST;

import dev.virtferry.access.Caller;
import dev.virtferry.access.Role;
import jakarta.servlet.DispatcherType;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.header.writers.ContentSecurityPolicyHeaderWriter;
import org.springframework.security.web.header.writers.DelegatingRequestMatcherHeaderWriter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.NegatedRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Which role may make which call. What a caller sees is a matter of its scope. */
@Configuration(proxyBeanMethods = false)
class AccessRules {

  /** The files of the console. They hold no data: what the console shows it asks of the API. */
  private static final String[] CONSOLE = {
    "/", "/index.html", "/console/**", "/webjars/lit-html/**"
  };

  /**
   * Own scripts and styles and this API; nothing inline, nothing from elsewhere, and no text that
   * becomes markup except by lit-html, which escapes it.
   */
  private static final String CONTENT =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types lit-html";

  /** Swagger UI writes styles and images into its page, and makes markup of text. */
  private static final String SWAGGER_UI_CONTENT =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'"
          + " data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  private static final RequestMatcher SWAGGER_UI =
      PathPatternRequestMatcher.withDefaults().matcher("/swagger-ui/**");

  @Bean
  SecurityFilterChain doors(
      HttpSecurity http,
      AuthenticationManager callers,
      RateProperties rates,
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
    var limits = new RateLimits(rates);
    var refusals = new Refusals(problems, limits);
    return http.authorizeHttpRequests(AccessRules::roles)
        .oauth2ResourceServer(tokens ->
            tokens
                .authenticationManagerResolver(_ -> callers)
                .authenticationEntryPoint(refusals)
                .accessDeniedHandler(refusals))
        .exceptionHandling(e -> e.authenticationEntryPoint(refusals).accessDeniedHandler(refusals))
        .addFilterBefore(new RateFilter(limits, problems), AuthorizationFilter.class)
        .sessionManagement(none -> none.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        // No cookie is ever looked at, so that no other site can call in a browser's name.
        .csrf(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .requestCache(AbstractHttpConfigurer::disable)
        .headers(AccessRules::headers)
        .build();
  }

  private static void roles(
      AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry
          calls) {
    // What was let in once goes on: an answer that waited, or the words for a failure.
    calls.dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR).permitAll();
    rolesOfPages(calls);
    rolesOfTheApi(calls);
    calls.anyRequest().authenticated();
  }

  private static void rolesOfPages(
      AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry
          calls) {
    calls
        .requestMatchers(GET, "/actuator/health", "/actuator/health/**")
        .permitAll()
        .requestMatchers(GET, CONSOLE)
        .permitAll()
        .requestMatchers(HEAD, CONSOLE)
        .permitAll()
        // All of them read.
        .requestMatchers(GET, "/actuator", "/actuator/**")
        .hasAuthority(Caller.UNBOUND)
        .requestMatchers("/actuator", "/actuator/**")
        .denyAll()
        .requestMatchers(
            GET, "/swagger-ui.html", "/swagger-ui/**", "/v3/api-docs*", "/v3/api-docs/**")
        .permitAll();
  }

  private static void rolesOfTheApi(
      AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry
          calls) {
    calls
        .requestMatchers("/v1/audit")
        .hasRole(Role.ADMIN.name())
        .requestMatchers(POST, "/v1/migrations/*/resolve")
        .hasRole(Role.ADMIN.name())
        .requestMatchers(GET, "/v1/**")
        .hasRole(Role.VIEWER.name())
        .requestMatchers(HEAD, "/v1/**")
        .hasRole(Role.VIEWER.name())
        .requestMatchers(POST, "/v1/migration-plans")
        .hasRole(Role.VIEWER.name())
        .requestMatchers("/v1/**")
        .hasRole(Role.OPERATOR.name());
  }

  private static void headers(HeadersConfigurer<HttpSecurity> headers) {
    headers
        .addHeaderWriter(
            new DelegatingRequestMatcherHeaderWriter(
                SWAGGER_UI, new ContentSecurityPolicyHeaderWriter(SWAGGER_UI_CONTENT)))
        .addHeaderWriter(
            new DelegatingRequestMatcherHeaderWriter(
                new NegatedRequestMatcher(SWAGGER_UI),
                new ContentSecurityPolicyHeaderWriter(CONTENT)))
        .referrerPolicy(policy -> policy.policy(ReferrerPolicy.NO_REFERRER));
  }
}
