package dev.virtferry.access;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.webmvc.test.autoconfigure.MockMvcBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.security.core.Authentication;

/** Who calls in tests where it does not matter who calls. */
public final class Callers {

  public static final Caller ADMIN = new Caller("token:test", Role.ADMIN, Scope.EVERYTHING, null);

  /** Of the tests' own configuration, and of no other. */
  public static final String TOKEN = "the-token-of-the-tests";

  public static final String TOKEN_SHA256 =
      "3c25bd5e1617d53df9fdc28e7239de0155cdc0edc03e63e5d7fdebc6eef77fc6";

  private Callers() {}

  /** Who was identified. */
  static Caller of(@Nullable Authentication known) {
    return (Caller) Objects.requireNonNull(Objects.requireNonNull(known).getPrincipal());
  }

  /** Shows the token with every request that shows no other. */
  @TestConfiguration(proxyBeanMethods = false)
  public static class Shown {

    @Bean
    MockMvcBuilderCustomizer shown() {
      return mvc -> mvc.defaultRequest(get("/").header("Authorization", "Bearer " + TOKEN));
    }
  }
}
