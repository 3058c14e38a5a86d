package dev.virtferry.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.virtferry.BesideOthers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/** Against an identity provider that serves its metadata and keys over HTTP. */
@BesideOthers
class SignedTokensTest {

  private static final RSAKey RSA = rsa("rsa");
  private static final ECKey EC = ec();
  private static final HttpServer PROVIDER = provider();
  private static final String ISSUER = "http://127.0.0.1:" + PROVIDER.getAddress().getPort();

  private static RSAKey rsa(String id) {
    try {
      return new RSAKeyGenerator(2048).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ECKey ec() {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HttpServer provider() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeAll
  static void start() {
    PROVIDER.createContext(
        "/.well-known/openid-configuration",
        exchange ->
            answer(
                exchange,
                "{\"issuer\":\"%1$s\",\"jwks_uri\":\"%1$s/keys\",\"subject_types_supported\":[\"public\"]}"
                    .formatted(ISSUER)));
    PROVIDER.createContext(
        "/keys",
        exchange ->
            answer(exchange, new JWKSet(List.of(RSA.toPublicJWK(), EC.toPublicJWK())).toString()));
    PROVIDER.start();
  }

  @AfterAll
  static void stop() {
    PROVIDER.stop(0);
  }

  private static void answer(HttpExchange exchange, String json) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      byte[] bytes = json.getBytes(UTF_8);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static AccessProperties.Jwt rules(
      Map<Role, List<String>> roles, String rolesClaim, @Nullable String domains) {
    return new AccessProperties.Jwt(
        ISSUER, null, "virt-ferry", "preferred_username", rolesClaim, roles, domains, null, true);
  }

  private static final AccessProperties.Jwt PLAIN = rules(Map.of(), "roles", null);

  private static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience(List.of("other", "virt-ferry"))
        .expirationTime(Date.from(Instant.now().plusSeconds(300)))
        .claim("preferred_username", "alice")
        .claim("roles", List.of("operator", "something-else"));
  }

  private static String signed(JWTClaimsSet claims, JWSAlgorithm how, String key, JWSSigner by) {
    try {
      var jwt = new SignedJWT(new JWSHeader.Builder(how).keyID(key).build(), claims);
      jwt.sign(by);
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** With a header and claims that no library would write. */
  private static String signed(String header, String claims) {
    try {
      String told = encoded(header) + "." + encoded(claims);
      var signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(RSA.toPrivateKey());
      signature.update(told.getBytes(UTF_8));
      return told + "." + Base64URL.encode(signature.sign());
    } catch (GeneralSecurityException | JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encoded(String text) {
    return Base64URL.encode(text).toString();
  }

  private static final String HEADER = "{\"alg\":\"RS256\",\"kid\":\"rsa\"}";

  private static String json(String more) {
    return "{\"iss\":\"%s\",\"aud\":\"virt-ferry\",\"preferred_username\":\"alice\",\"exp\":4102444800%s}"
        .formatted(ISSUER, more);
  }

  private static String signed(JWTClaimsSet.Builder claims) throws JOSEException {
    return signed(claims.build(), JWSAlgorithm.RS256, "rsa", new RSASSASigner(RSA));
  }

  private static Caller caller(AccessProperties.Jwt rules, String token) {
    return Callers.of(
        SignedTokens.of(rules, Clock.systemUTC())
            .authenticate(new BearerTokenAuthenticationToken(token)));
  }

  private static void assertRefused(String token) {
    assertThatThrownBy(() -> caller(PLAIN, token))
        .as(token)
        .isInstanceOf(InvalidBearerTokenException.class);
  }

  @Test
  void knowsACallerByASignedToken() throws JOSEException {
    Date expires = Date.from(Instant.parse("2999-01-01T00:00:00Z"));
    assertThat(caller(PLAIN, signed(claims().expirationTime(expires))))
        .isEqualTo(
            new Caller(
                "jwt:alice",
                Role.OPERATOR,
                Scope.EVERYTHING,
                Instant.parse("2999-01-01T00:01:00Z")));
  }

  @Test
  void takesOtherKindsOfKeysToo() throws JOSEException {
    String token = signed(claims().build(), JWSAlgorithm.ES256, "ec", new ECDSASigner(EC));
    assertThat(caller(PLAIN, token).name()).isEqualTo("jwt:alice");
  }

  @Test
  void refusesWhatIsNotMeantForItOrNotFromItsProvider() throws JOSEException {
    assertRefused(signed(claims().issuer("https://elsewhere.example")));
    assertRefused(signed(claims().audience("other")));
    assertRefused(signed(claims().audience(List.of())));
    assertRefused(signed(claims().expirationTime(Date.from(Instant.now().minusSeconds(120)))));
    assertRefused(signed(claims().notBeforeTime(Date.from(Instant.now().plusSeconds(120)))));
    assertRefused(signed(claims().claim("preferred_username", " ")));
    assertRefused(signed(claims().claim("preferred_username", "x".repeat(300))));
    assertRefused(signed(HEADER, json("").replace("alice", "a\\u0000")));
    assertRefused(signed(HEADER, json("").replace("alice", "a\\ud800")));
  }

  @Test
  void refusesAnIssuerInAnotherSpelling() throws JOSEException {
    for (String issuer :
        List.of(
            ISSUER.replace("http", "hTTp"),
            "url:" + ISSUER,
            " " + ISSUER,
            ISSUER + " ",
            ISSUER + "/",
            ISSUER + "#",
            ISSUER.replace("127.0.0.1", "127.0.0.1."))) {
      assertRefused(signed(claims().issuer(issuer)));
    }
    assertRefused(signed(HEADER, json("").replace("\"" + ISSUER + "\"", "[\"" + ISSUER + "\"]")));
  }

  @Test
  void refusesWhatItsProviderDidNotSign() throws JOSEException {
    JWTClaimsSet claims = claims().build();
    assertRefused(new PlainJWT(claims).serialize());
    assertRefused(signed(claims, JWSAlgorithm.RS256, "rsa", new RSASSASigner(rsa("rsa"))));
    // The old trick: the public key as the secret of a symmetric signature.
    assertRefused(
        signed(
            claims,
            JWSAlgorithm.HS256,
            "rsa",
            new MACSigner(RSA.toPublicJWK().toString().getBytes(UTF_8))));
    String good = signed(claims());
    assertRefused(good.substring(0, good.length() - 4) + "AAAA");
  }

  @Test
  void aTokenThatNeverEndsIsRefusedUnlessThatIsConfigured() throws JOSEException {
    String endless = signed(claims().expirationTime(null));
    assertRefused(endless);
    var lenient =
        new AccessProperties.Jwt(
            ISSUER, null, "virt-ferry", "preferred_username", "roles", Map.of(), null, null, false);
    assertThat(caller(lenient, endless).until()).isNull();
    assertThatThrownBy(() ->
            caller(
                lenient,
                signed(claims().expirationTime(Date.from(Instant.now().minusSeconds(120))))))
        .isInstanceOf(InvalidBearerTokenException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt"})
  void takesTokensThatSayTheyAreAccessTokensOrSomeJwt(String type) {
    String header = HEADER.replace("{", "{\"typ\":\"%s\",".formatted(type));
    assertThat(caller(PLAIN, signed(header, json(""))).name()).isEqualTo("jwt:alice");
  }

  @Test
  void takesATokenThatSaysNothingOfItsType() {
    assertThat(caller(PLAIN, signed(HEADER, json(""))).name()).isEqualTo("jwt:alice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"id_token\"",
        "\"logout+jwt\"",
        "\"dpop+jwt\"",
        "\"secevent+jwt\"",
        "\"application/jwt2\"",
        "7",
        "[\"JWT\"]",
        "{}"
      })
  void refusesTokensOfAnotherType(String type) {
    assertRefused(signed(HEADER.replace("{", "{\"typ\":%s,".formatted(type)), json("")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"alg\":\"none\"}",
        "{\"alg\":\"None\",\"kid\":\"rsa\"}",
        "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"crit\":[\"exp\"],\"exp\":1}",
        "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"crit\":[\"b64\"],\"b64\":false}",
        "{\"alg\":\"HS256\",\"kid\":\"rsa\"}",
        "{\"alg\":\"RS384\",\"kid\":\"rsa\"}",
        "{\"alg\":\"RS256\",\"kid\":7}",
        "{\"alg\":\"RS256\",\"kid\":\"other\"}",
        "{\"alg\":7}",
        "{\"kid\":\"rsa\"}",
        "[]",
        "",
      })
  void refusesAHeaderThatSomebodyMadeUp(String header) {
    assertRefused(signed(header, json("")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"tomorrow\"",
        "\"4102444800\"",
        "null",
        "[]",
        "{}",
        "true",
        "0",
        "-1",
        "-1e300",
        "1e3"
      })
  void refusesAnEndThatIsNoTimeToCome(String expires) {
    assertRefused(signed(HEADER, json("").replace("4102444800", expires)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"9223372036854775807", "1e300", "99999999999999"})
  void anEndThatNobodyLivesToSeeIsNoFailureOfTheService(String expires) {
    String token = signed(HEADER, json("").replace("4102444800", expires));
    try {
      assertThat(caller(PLAIN, token).name()).isEqualTo("jwt:alice");
    } catch (InvalidBearerTokenException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @Test
  void refusesWhatIsTooMuchToRead() {
    assertRefused(signed(HEADER, json(",\"x\":" + "[".repeat(5_000) + "]".repeat(5_000))));
    assertRefused("[".repeat(15_000));
    assertRefused(encoded("[".repeat(5_000)) + ".." + encoded("x"));
    assertRefused(signed(HEADER, json("")) + ".x.y");
  }

  @Test
  void allowsForAClockThatIsAMinuteBehind() throws JOSEException {
    Date past = Date.from(Instant.now().minusSeconds(40));
    assertThat(caller(PLAIN, signed(claims().expirationTime(past))).name()).isEqualTo("jwt:alice");
    Date soon = Date.from(Instant.now().plusSeconds(40));
    assertThat(caller(PLAIN, signed(claims().notBeforeTime(soon))).name()).isEqualTo("jwt:alice");
  }

  @Test
  void refusesATokenWithoutIssuerOrAudience() throws JOSEException {
    assertRefused(signed(claims().issuer(null)));
    assertRefused(signed(claims().audience((String) null)));
  }

  @Test
  void theHighestRoleThatAClaimStandsForCounts() throws JOSEException {
    var rules =
        rules(
            Map.of(Role.ADMIN, List.of("wheel"), Role.VIEWER, List.of("staff")),
            "realm_access.roles",
            null);
    var both = claims().claim("realm_access", Map.of("roles", List.of("staff", "wheel")));
    assertThat(caller(rules, signed(both)).role()).isEqualTo(Role.ADMIN);
    var one = claims().claim("realm_access", Map.of("roles", "staff"));
    assertThat(caller(rules, signed(one)).role()).isEqualTo(Role.VIEWER);
  }

  @Test
  void aRoleThatIsNotNamedWhereOthersAreIsNobodys() throws JOSEException {
    var rules = rules(Map.of(Role.OPERATOR, List.of("ops")), "roles", null);
    assertThat(caller(rules, signed(claims().claim("roles", List.of("ops")))).role())
        .isEqualTo(Role.OPERATOR);
    assertThat(caller(rules, signed(claims().claim("roles", List.of("admin")))).role()).isNull();
  }

  @Test
  void whoHasNoRoleIsKnownAndMayDoNothing() throws JOSEException {
    assertThat(caller(PLAIN, signed(claims().claim("roles", List.of("gardener")))).role()).isNull();
    assertThat(caller(PLAIN, signed(claims().claim("roles", 7))).role()).isNull();
  }

  @Test
  void bindsACallerToTheDomainsOfAClaimAndToNoneWithoutIt() throws JOSEException {
    var rules = rules(Map.of(), "roles", "domains");
    assertThat(caller(rules, signed(claims().claim("domains", List.of("a-*")))).scope().domains())
        .containsExactly("a-*");
    assertThat(caller(rules, signed(claims())).scope().domains()).isEmpty();
  }
}
