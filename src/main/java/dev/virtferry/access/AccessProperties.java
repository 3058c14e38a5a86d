package dev.virtferry.access;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may call.
 *
 * @param tokens bearer tokens, known by their hashes
 * @param jwt tokens of an identity provider; null for none
 * @param adminTokenFile where the token of the first start is kept when neither is configured
 */
@ConfigurationProperties("ferry.access")
public record AccessProperties(
    @DefaultValue List<Token> tokens,
    @Nullable Jwt jwt,
    @DefaultValue("data/admin-token") Path adminTokenFile) {

  /** Whether nobody was configured. */
  boolean open() {
    return tokens.isEmpty() && jwt == null;
  }

  /**
   * A bearer token.
   *
   * @param name whose it is; in the audit
   * @param sha256 the SHA-256 of the token, in hexadecimal digits
   * @param expires from then on it is refused; null for never
   * @param domains patterns of the domains that it is bound to; null for all
   * @param hosts names of the hosts that it is bound to; null for all
   */
  public record Token(
      @Nullable String name,
      @Nullable String sha256,
      @Nullable Role role,
      @Nullable Instant expires,
      @Nullable List<String> domains,
      @Nullable List<String> hosts) {}

  /**
   * Tokens that an identity provider signs.
   *
   * @param issuer the {@code iss} that a token must have; its metadata tells where the keys are
   *     unless {@code jwkSetUri} does
   * @param audience must be in {@code aud}
   * @param nameClaim tells who it is
   * @param rolesClaim a text or list; with dots for a claim within a claim, such as {@code
   *     realm_access.roles}
   * @param roles which values of that claim stand for a role; their own names in lower case where
   *     none is given; a role that is left out beside others is nobody's
   * @param domainsClaim patterns of the domains that the caller is bound to; one who has no such
   *     claim sees none. Null for all domains
   * @param hostsClaim the same for hosts
   * @param requireExpiry whether a token without {@code exp} is refused
   */
  public record Jwt(
      @Nullable String issuer,
      @Nullable String jwkSetUri,
      @Nullable String audience,
      @DefaultValue("sub") String nameClaim,
      @DefaultValue("roles") String rolesClaim,
      @DefaultValue Map<Role, List<String>> roles,
      @Nullable String domainsClaim,
      @Nullable String hostsClaim,
      @DefaultValue("true") boolean requireExpiry) {}
}
