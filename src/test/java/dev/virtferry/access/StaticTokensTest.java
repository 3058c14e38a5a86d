package dev.virtferry.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtferry.access.AccessProperties.Token;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

class StaticTokensTest {

  private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");
  private static final String SECRET = BearerToken.random();

  private static Token token(String name, String secret, @Nullable Instant expires) {
    return new Token(
        name, BearerToken.sha256(secret), Role.OPERATOR, expires, List.of("a-*"), List.of("kvm-a"));
  }

  private static StaticTokens at(Instant now, Token... tokens) {
    return new StaticTokens(List.of(tokens), Clock.fixed(now, ZoneOffset.UTC));
  }

  private static Caller caller(StaticTokens tokens, String secret) {
    return Callers.of(tokens.authenticate(new BearerTokenAuthenticationToken(secret)));
  }

  @Test
  void knowsACallerByTheHashOfItsToken() {
    Caller caller = caller(at(NOON, token("ops", SECRET, null)), SECRET);
    assertThat(caller.name()).isEqualTo("token:ops");
    assertThat(caller.role()).isEqualTo(Role.OPERATOR);
    assertThat(caller.scope()).isEqualTo(new Scope(List.of("a-*"), List.of("kvm-a")));
  }

  @Test
  void doesNotKeepTheTokenInWhatItHandsOn() {
    var known =
        at(NOON, token("ops", SECRET, null))
            .authenticate(new BearerTokenAuthenticationToken(SECRET));
    assertThat(known.getCredentials()).isNull();
    assertThat(known.toString()).doesNotContain(SECRET);
  }

  @Test
  void refusesEveryOtherToken() {
    StaticTokens tokens = at(NOON, token("ops", SECRET, null));
    for (String wrong : List.of("x", SECRET + "a", BearerToken.sha256(SECRET))) {
      assertThatThrownBy(() -> caller(tokens, wrong))
          .isInstanceOf(InvalidBearerTokenException.class)
          .hasMessageContaining("not known");
    }
  }

  @Test
  void refusesATokenFromItsExpiryOn() {
    Token token = token("ops", SECRET, NOON);
    assertThat(caller(at(NOON.minusMillis(1), token), SECRET).name()).isEqualTo("token:ops");
    assertThatThrownBy(() -> caller(at(NOON, token), SECRET))
        .isInstanceOf(InvalidBearerTokenException.class)
        .hasMessageContaining("expired");
  }

  private static void assertMistake(String words, Token... tokens) {
    assertThatThrownBy(() -> at(NOON, tokens))
        .isInstanceOf(InvalidAccessConfiguration.class)
        .hasMessageContaining(words);
  }

  @Test
  void doesNotStartWithATokenThatCannotBeMeant() {
    String hash = BearerToken.sha256(SECRET);
    assertMistake("has no name", new Token(null, hash, Role.ADMIN, null, null, null));
    assertMistake("'ops' has no sha256", new Token("ops", null, Role.ADMIN, null, null, null));
    assertMistake("'ops' has no role", new Token("ops", hash, null, null, null, null));
    assertMistake("64 hexadecimal", new Token("ops", "ab", Role.ADMIN, null, null, null));
    for (List<String> empty : List.of(List.<String>of(), List.of(""), List.of("a", " "))) {
      assertMistake(
          "domains of 'ops'", new Token("ops", hash, Role.ADMIN, null, empty, List.of("kvm-a")));
      assertMistake(
          "hosts of 'ops'", new Token("ops", hash, Role.ADMIN, null, List.of("a-*"), empty));
    }
    assertMistake("'ops' occurs twice", token("ops", SECRET, null), token("ops", "b", null));
    assertMistake("'b' has the sha256", token("ops", SECRET, null), token("b", SECRET, null));
  }
}
