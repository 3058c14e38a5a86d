package dev.virtferry.access.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.virtferry.ApiTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Date;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** Whoever shows tokens of a provider, true and made up, all from one address. */
@ExtendWith(OutputCaptureExtension.class)
@TestPropertySource(
    properties = {
      "ferry.access.jwt.issuer=https://id.example",
      "ferry.access.jwt.audience=virt-ferry",
      "ferry.access.jwt.name-claim=preferred_username",
      "ferry.rate.failures=3",
    })
class SignedTokensApiTest extends ApiTest {

  private static final ECKey KNOWN = key("known");
  private static final AtomicInteger ASKED = new AtomicInteger();
  private static final HttpServer PROVIDER = provider();

  private static ECKey key(String id) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HttpServer provider() {
    try {
      var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/keys",
          exchange -> {
            try (exchange) {
              ASKED.incrementAndGet();
              byte[] keys = new JWKSet(KNOWN.toPublicJWK()).toString().getBytes(UTF_8);
              exchange.sendResponseHeaders(200, keys.length);
              exchange.getResponseBody().write(keys);
            }
          });
      server.start();
      return server;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterAll
  static void stop() {
    PROVIDER.stop(0);
  }

  @DynamicPropertySource
  static void keys(DynamicPropertyRegistry settings) {
    settings.add(
        "ferry.access.jwt.jwk-set-uri",
        () ->
            String.format(
                Locale.ROOT, "http://127.0.0.1:%d/keys", PROVIDER.getAddress().getPort()));
  }

  private static String token(ECKey key, String name) {
    try {
      var claims =
          new JWTClaimsSet.Builder()
              .issuer("https://id.example")
              .audience("virt-ferry")
              .expirationTime(Date.from(Instant.now().plusSeconds(300)))
              .claim("preferred_username", name)
              .claim("roles", "operator")
              .build();
      var token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(), claims);
      token.sign(new ECDSASigner(key));
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private MvcTestResult with(String token) {
    return http.get().uri("/v1/migrations").header("Authorization", "Bearer " + token).exchange();
  }

  @Test
  void tokensThatAreMadeUpAreLimitedAndCostNobodyElseAnything() {
    String good = token(KNOWN, "alice");
    assertThat(with(good)).hasStatusOk();
    int refused = 0;
    int limited = 0;
    for (int call = 0; call < 150; call++) {
      MvcTestResult answer = with(token(key("made-up-" + call), "mallory"));
      if (answer.getResponse().getStatus() == 429) {
        limited++;
        assertThat(with(good)).as("a good token from the same address").hasStatusOk();
      } else {
        refused++;
        assertProblem(answer, 401, "unauthorized", null);
      }
    }
    assertThat(refused).isPositive();
    assertThat(limited).isPositive();
    // The first time it is asked for the good token's key, and then once a minute at most.
    assertThat(ASKED.get()).isBetween(1, 3);
  }

  @Test
  void aNameOfSeveralLinesIsOneLineOfTheAudit(CapturedOutput output) {
    String name = "eve\n2026-11-28T12:00:00Z INFO token:ops from 10.0.0.1: all is well\u001b[31m";
    MvcTestResult answer =
        http.post()
            .uri("/v1/migrations")
            .header("Authorization", "Bearer " + token(KNOWN, name))
            .exchange();
    assertThat(answer).hasStatus4xxClientError();
    assertThat(output.getOut()).contains("jwt:eve\\n2026-11-28T12:00:00Z INFO token:ops");
    assertThat(output.getOut())
        .doesNotContain("\n2026-11-28T12:00:00Z INFO token:ops", "\u001b[31m");
    assertThat(get("/v1/audit?limit=1").get("items").get(0).get("caller").asString())
        .isEqualTo("jwt:" + name);
  }
}
