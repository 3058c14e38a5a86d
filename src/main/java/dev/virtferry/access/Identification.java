package dev.virtferry.access;

import java.net.InetAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.ProviderManager;

/** The ways in which callers are identified, one after the other. */
@Configuration(proxyBeanMethods = false)
class Identification {

  /**
   * Tokens first: a look at a hash is cheaper than a signature.
   *
   * @throws InvalidAccessConfiguration when the configuration can't be meant, or leaves the API
   *     open to others
   */
  @Bean
  AuthenticationManager callers(AccessProperties properties, ServerProperties server, Clock clock) {
    var all = new ProviderManager(ways(properties, server, clock));
    return shown -> {
      try {
        return all.authenticate(shown);
      } catch (AuthenticationServiceException e) {
        throw new ProviderAway(e);
      }
    };
  }

  private static List<AuthenticationProvider> ways(
      AccessProperties properties, ServerProperties server, Clock clock) {
    List<AuthenticationProvider> ways = new ArrayList<>();
    if (properties.open()) {
      requireLoopback(server.getAddress());
      ways.add(new StaticTokens(List.of(AdminToken.in(properties.adminTokenFile())), clock));
    } else {
      ways.add(new StaticTokens(properties.tokens(), clock));
    }
    if (properties.jwt() != null) {
      ways.add(SignedTokens.of(properties.jwt(), clock));
    }
    return ways;
  }

  private static void requireLoopback(@Nullable InetAddress address) {
    if (address == null || !address.isLoopbackAddress()) {
      throw new InvalidAccessConfiguration(
          "The API would listen on %s, and nobody is configured who may call it"
              .formatted(address == null ? "every address" : address.getHostAddress()));
    }
  }
}
