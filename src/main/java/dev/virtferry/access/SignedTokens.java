package dev.virtferry.access;

import dev.virtferry.access.AccessProperties.Jwt;
import dev.virtferry.time.Timepiece;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.MappedJwtClaimSetConverter;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;

/** Knows callers by tokens that an identity provider signed. */
final class SignedTokens {

  /** How far the provider's clock may be behind. */
  private static final Duration LENIENCE = Duration.ofSeconds(60);

  private static final int LONGEST_NAME = 200;

  /** What PostgreSQL has no text for: U+0000, and halves of characters. */
  private static final Pattern NOT_STORABLE = Pattern.compile("[\\x00\\p{Cs}]");

  private final Jwt rules;

  private SignedTokens(Jwt rules) {
    this.rules = rules;
  }

  /**
   * Takes tokens as it is configured. The provider is asked for its keys with the first token.
   *
   * @throws InvalidAccessConfiguration when the issuer or the audience is missing
   */
  static AuthenticationProvider of(Jwt rules, Clock clock) {
    String issuer = required(rules.issuer(), "issuer, so anybody's tokens would do");
    String audience =
        required(
            rules.audience(), "audience, so tokens that are meant for other services would do");
    var provider = new JwtAuthenticationProvider(decoder(rules, issuer, audience, clock));
    var tokens = new SignedTokens(rules);
    provider.setJwtAuthenticationConverter(
        jwt -> new IdentifiedCaller(tokens.caller(jwt.getClaims())));
    return provider;
  }

  private static String required(@Nullable String value, String whatIsMissing) {
    if (value == null || value.isBlank()) {
      throw new InvalidAccessConfiguration("ferry.access.jwt has no " + whatIsMissing);
    }
    return value;
  }

  private static JwtDecoder decoder(Jwt rules, String issuer, String audience, Clock clock) {
    var keys =
        new ProviderKeys(new ProviderMetadata(issuer, rules.jwkSetUri()), Timepiece.of(clock));
    NimbusJwtDecoder decoder =
        NimbusJwtDecoder.withJwkSource(keys)
            .jwsAlgorithms(known -> known.addAll(Arrays.asList(SignatureAlgorithm.values())))
            .build();
    // Spring would make a URL of the issuer, which then is no longer what the token says.
    decoder.setClaimSetConverter(
        MappedJwtClaimSetConverter.withDefaults(Map.of(JwtClaimNames.ISS, issued -> issued)));
    decoder.setJwtValidator(validator(rules, issuer, audience, clock));
    return decoder;
  }

  private static OAuth2TokenValidator<org.springframework.security.oauth2.jwt.Jwt> validator(
      Jwt rules, String issuer, String audience, Clock clock) {
    return JwtValidators.createDefaultWithValidators(
        List.of(
            type(),
            times(rules.requireExpiry(), clock),
            new JwtClaimValidator<>(JwtClaimNames.ISS, issuer::equals),
            meantFor(audience)));
  }

  /** Access tokens of RFC 9068, tokens that say they are some JWT, and those that say nothing. */
  private static OAuth2TokenValidator<org.springframework.security.oauth2.jwt.Jwt> type() {
    var type = new JwtTypeValidator("JWT", "at+jwt", "application/at+jwt");
    type.setAllowEmpty(true);
    return type;
  }

  private static OAuth2TokenValidator<org.springframework.security.oauth2.jwt.Jwt> times(
      boolean requireExpiry, Clock clock) {
    var times = new JwtTimestampValidator(LENIENCE);
    times.setAllowEmptyExpiryClaim(!requireExpiry);
    times.setClock(clock);
    return times;
  }

  private static OAuth2TokenValidator<org.springframework.security.oauth2.jwt.Jwt> meantFor(
      String audience) {
    return new JwtClaimValidator<Collection<String>>(
        JwtClaimNames.AUD, all -> all != null && all.contains(audience));
  }

  private Caller caller(Map<String, Object> claims) {
    String name =
        texts(claims, rules.nameClaim()).stream()
            .findFirst()
            .filter(n -> !n.isBlank() && n.length() <= LONGEST_NAME)
            .filter(n -> !NOT_STORABLE.matcher(n).find())
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

  /** A provider may call something of its own admin: once one role is given a name, all are. */
  private List<String> standingFor(Role role) {
    return rules.roles().isEmpty()
        ? List.of(role.name().toLowerCase(Locale.ROOT))
        : rules.roles().getOrDefault(role, List.of());
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
