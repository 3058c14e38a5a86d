package dev.virtferry.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

class IdentificationTest {

  @TempDir Path directory = Path.of("target");

  private final Identification identification = new Identification();

  private Path file() {
    return directory.resolve("admin-token");
  }

  private static ServerProperties listeningOn(@Nullable String address) {
    try {
      var server = new ServerProperties();
      server.setAddress(address == null ? null : InetAddress.getByName(address));
      return server;
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private AccessProperties nobody() {
    return new AccessProperties(List.of(), null, file());
  }

  @Test
  void takesTheAdminTokenWhereNobodyIsConfigured() throws Exception {
    var callers = identification.callers(nobody(), listeningOn("127.0.0.1"), Clock.systemUTC());
    var shown = new BearerTokenAuthenticationToken(Files.readString(file()).strip());
    assertThat(callers.authenticate(shown).getName()).isEqualTo("token:admin");
  }

  @Test
  void listensToNobodyElseWhereNobodyIsConfigured() {
    for (String open : new @Nullable String[] {"0.0.0.0", "192.0.2.1", "::", null}) {
      assertThatThrownBy(
              () -> identification.callers(nobody(), listeningOn(open), Clock.systemUTC()))
          .as("listening on %s", open)
          .isInstanceOf(InvalidAccessConfiguration.class)
          .hasMessageContaining("nobody is configured");
    }
    assertThat(file()).doesNotExist();
  }

  @Test
  void listensEverywhereAndMakesNoTokenWhereSomebodyIsConfigured() {
    var token =
        new AccessProperties.Token(
            "ops", BearerToken.sha256("secret"), Role.VIEWER, null, null, null);
    var properties = new AccessProperties(List.of(token), null, file());
    var callers = identification.callers(properties, listeningOn("0.0.0.0"), Clock.systemUTC());
    assertThat(callers.authenticate(new BearerTokenAuthenticationToken("secret")).getName())
        .isEqualTo("token:ops");
    assertThat(file()).doesNotExist();
  }

  @Test
  void saysThatTheProviderIsAwayWhereItCannotBeAsked() {
    var jwt =
        new AccessProperties.Jwt(
            "http://127.0.0.1:1",
            "http://127.0.0.1:1/keys",
            "virt-ferry",
            "sub",
            "roles",
            Map.of(),
            null,
            null,
            true);
    var callers =
        identification.callers(
            new AccessProperties(List.of(), jwt, file()),
            listeningOn("0.0.0.0"),
            Clock.systemUTC());
    // The head of a real one; the signature is never looked at.
    String token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2ln";
    assertThatThrownBy(() -> callers.authenticate(new BearerTokenAuthenticationToken(token)))
        .isInstanceOf(ProviderAway.class);
  }

  @Test
  void wantsToKnowWhoseTokensAreMeant() {
    var nobodys =
        new AccessProperties.Jwt(
            null, null, "virt-ferry", "sub", "roles", Map.of(), null, null, true);
    assertThatThrownBy(() -> SignedTokens.of(nobodys, Clock.systemUTC()))
        .isInstanceOf(InvalidAccessConfiguration.class)
        .hasMessageContaining("issuer");
    var forAnybody =
        new AccessProperties.Jwt(
            "https://id.example", null, null, "sub", "roles", Map.of(), null, null, true);
    assertThatThrownBy(() -> SignedTokens.of(forAnybody, Clock.systemUTC()))
        .isInstanceOf(InvalidAccessConfiguration.class)
        .hasMessageContaining("audience");
  }
}
