package dev.virtferry.access;

import dev.virtferry.access.AccessProperties.Jwt;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.SupplierJwtDecoder;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.web.client.RestTemplate;

/** Knows callers by tokens that an identity provider signed. */
final class SignedTokens {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** How far the provider's clock may be behind. */
  private static final Duration LENIENCE = Duration.ofSeconds(60);

  private static final int LONGEST_NAME = 200;

  private final Jwt rules;

  private SignedTokens(Jwt rules) {
    this.rules = rules;
  }

  /**
   * Takes tokens as it is configured. The provider is asked for its keys with the first token.
   *
   * @throws AccessMistake when the issuer or the audience is missing
   */
  static AuthenticationProvider of(Jwt rules) {
    String issuer = rules.issuer();
    String audience = rules.audience();
    if (issuer == null) {
      throw new AccessMistake("ferry.access.jwt has no issuer, so anybody's tokens would do");
    }
    if (audience == null) {
      throw new AccessMistake(
          "ferry.access.jwt has no audience, so tokens that are meant for other services would do");
    }
    var provider =
        new JwtAuthenticationProvider(
            new SupplierJwtDecoder(() -> decoder(issuer, audience, rules.jwkSetUri())));
    var tokens = new SignedTokens(rules);
    provider.setJwtAuthenticationConverter(
        jwt -> new IdentifiedCaller(tokens.caller(jwt.getClaims())));
    return provider;
  }

  private static JwtDecoder decoder(String issuer, String audience, @Nullable String jwkSetUri) {
    var requests =
        new JdkClientHttpRequestFactory(HttpClient.newBuilder().connectTimeout(PATIENCE).build());
    requests.setReadTimeout(PATIENCE);
    var client = new RestTemplate(requests);
    var keys =
        jwkSetUri == null
            ? NimbusJwtDecoder.withIssuerLocation(issuer)
            : NimbusJwtDecoder.withJwkSetUri(jwkSetUri);
    NimbusJwtDecoder decoder =
        keys.restOperations(client)
            .jwsAlgorithms(known -> known.addAll(Arrays.asList(SignatureAlgorithm.values())))
            .build();
    OAuth2TokenValidator<org.springframework.security.oauth2.jwt.Jwt> meantForUs =
        new JwtClaimValidator<Collection<String>>(
            JwtClaimNames.AUD, all -> all != null && all.contains(audience));
    decoder.setJwtValidator(
        new DelegatingOAuth2TokenValidator<>(
            JwtValidators.createDefaultWithIssuer(issuer), meantForUs));
    return decoder;
  }

  private Caller caller(Map<String, Object> claims) {
    String name =
        texts(claims, rules.nameClaim()).stream()
            .findFirst()
            .filter(n -> !n.isBlank() && n.length() <= LONGEST_NAME)
            .orElseThrow(() -> new InvalidBearerTokenException("The token names nobody"));
    var scope = new Scope(bound(claims, rules.domainsClaim()), bound(claims, rules.hostsClaim()));
    return new Caller(
        "jwt:" + name, role(texts(claims, rules.rolesClaim())).orElse(null), scope, until(claims));
  }

  /** As the check of the signature's claims has it, which allows for clocks that differ. */
  private static @Nullable Instant until(Map<String, Object> claims) {
    return claims.get(JwtClaimNames.EXP) instanceof Instant expires ? expires.plus(LENIENCE) : null;
  }

  /** The highest role that one of these values stands for. */
  private Optional<Role> role(List<String> values) {
    return Arrays.stream(Role.values())
        .filter(role -> values.stream().anyMatch(standingFor(role)::contains))
        .max(Comparator.naturalOrder());
  }

  private List<String> standingFor(Role role) {
    return rules.roles().getOrDefault(role, List.of(role.name().toLowerCase(Locale.ROOT)));
  }

  private static @Nullable List<String> bound(Map<String, Object> claims, @Nullable String claim) {
    return claim == null ? null : texts(claims, claim);
  }

  private static List<String> texts(Map<String, Object> claims, String path) {
    Object value = claims;
    for (String step : path.split("\\.", -1)) {
      value = value instanceof Map<?, ?> inner ? inner.get(step) : null;
    }
    return switch (value) {
      case String text -> List.of(text);
      case Collection<?> many -> many.stream().map(String::valueOf).toList();
      case null, default -> List.of();
    };
  }
}
