package dev.virtferry.access;

import dev.virtferry.access.AccessProperties.Token;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/** Knows callers by the hashes of their tokens. */
final class StaticTokens implements AuthenticationProvider {

  private record Known(Caller caller, @Nullable Instant expires) {}

  private final Map<String, Known> byHash = new HashMap<>();
  private final Clock clock;

  /**
   * Reads the configured tokens.
   *
   * @throws InvalidAccessConfiguration with a sentence that names the token when one can't be meant
   */
  StaticTokens(List<Token> tokens, Clock clock) {
    this.clock = clock;
    Set<String> names = new HashSet<>();
    for (Token token : tokens) {
      String name = required(token.name(), "name", "?");
      if (!names.add(name)) {
        throw new InvalidAccessConfiguration(
            "ferry.access.tokens: the name '%s' occurs twice".formatted(name));
      }
      add(name, token);
    }
  }

  private void add(String name, Token token) {
    String hash = required(token.sha256(), "sha256", name).toLowerCase(Locale.ROOT);
    if (!hash.matches("[0-9a-f]{64}")) {
      throw new InvalidAccessConfiguration(
          "ferry.access.tokens: sha256 of '%s' is not 64 hexadecimal digits".formatted(name));
    }
    Role role = required(token.role(), "role (viewer, operator or admin)", name);
    var caller = new Caller("token:" + name, role, scope(name, token), token.expires());
    if (byHash.putIfAbsent(hash, new Known(caller, token.expires())) != null) {
      throw new InvalidAccessConfiguration(
          "ferry.access.tokens: '%s' has the sha256 of another token".formatted(name));
    }
  }

  private static Scope scope(String name, Token token) {
    return new Scope(bound(token.domains(), "domains", name), bound(token.hosts(), "hosts", name));
  }

  /** Null for what is not bound; a bound that names nothing can't be meant. */
  private static @Nullable List<String> bound(
      @Nullable List<String> names, String property, String token) {
    if (names != null && (names.isEmpty() || names.stream().anyMatch(String::isBlank))) {
      throw new InvalidAccessConfiguration(
          "ferry.access.tokens: %s of '%s' has an empty name".formatted(property, token));
    }
    return names;
  }

  private static <T> T required(@Nullable T value, String property, String name) {
    if (value == null || value.toString().isBlank()) {
      throw new InvalidAccessConfiguration(
          "ferry.access.tokens: '%s' has no %s".formatted(name, property));
    }
    return value;
  }

  @Override
  public Authentication authenticate(Authentication shown) throws AuthenticationException {
    String token = ((BearerTokenAuthenticationToken) shown).getToken();
    Known known = byHash.get(BearerToken.sha256(token));
    if (known == null) {
      throw new InvalidBearerTokenException("This token is not known");
    }
    if (known.expires() != null && !clock.instant().isBefore(known.expires())) {
      throw new InvalidBearerTokenException("This token has expired");
    }
    return new IdentifiedCaller(known.caller());
  }

  @Override
  public boolean supports(Class<?> authentication) {
    return BearerTokenAuthenticationToken.class.isAssignableFrom(authentication);
  }
}
