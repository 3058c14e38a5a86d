package dev.virtferry.access;

import com.nimbusds.jose.jwk.JWKSet;
import java.net.URI;
import java.net.http.HttpClient;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;

/**
 * An identity provider over HTTP: its metadata (OpenID Connect Discovery 1.0, RFC 8414) tells where
 * its keys are, unless that is configured.
 */
final class ProviderMetadata implements ProviderKeys.Provider {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final ParameterizedTypeReference<Map<String, Object>> OBJECT =
      new ParameterizedTypeReference<>() {};

  private final String issuer;
  private final @Nullable String jwkSetUri;
  private final RestClient http;

  ProviderMetadata(String issuer, @Nullable String jwkSetUri) {
    this.issuer = issuer;
    this.jwkSetUri = jwkSetUri;
    var requests =
        new JdkClientHttpRequestFactory(HttpClient.newBuilder().connectTimeout(PATIENCE).build());
    requests.setReadTimeout(PATIENCE);
    this.http = RestClient.builder().requestFactory(requests).build();
  }

  @Override
  public JWKSet keys() throws ParseException {
    URI place = URI.create(jwkSetUri == null ? discovered() : jwkSetUri);
    return JWKSet.parse(text(http.get().uri(place).retrieve().body(String.class), place));
  }

  private String discovered() {
    HttpClientErrorException notThere = null;
    for (URI place : places()) {
      try {
        Map<String, Object> metadata = http.get().uri(place).retrieve().body(OBJECT);
        return place(metadata == null ? Map.of() : metadata, place);
      } catch (HttpClientErrorException e) {
        notThere = e;
      }
    }
    throw new IllegalStateException("No metadata of " + issuer + " is there", notThere);
  }

  private String place(Map<String, Object> metadata, URI place) {
    if (!issuer.equals(metadata.get("issuer"))) {
      throw new IllegalStateException(
          "%s is the metadata of %s, not of %s".formatted(place, metadata.get("issuer"), issuer));
    }
    return text(metadata.get("jwks_uri"), place);
  }

  private static String text(@Nullable Object value, URI place) {
    if (!(value instanceof String text) || text.isBlank()) {
      throw new IllegalStateException(place + " does not tell where the keys are");
    }
    return text;
  }

  /** Where it may be: after the issuer's path, or before it. */
  private List<URI> places() {
    URI root = URI.create(issuer);
    String path = root.getRawPath() == null ? "" : root.getRawPath().replaceFirst("/$", "");
    return List.of(
        root.resolve(path + "/.well-known/openid-configuration"),
        root.resolve("/.well-known/openid-configuration" + path),
        root.resolve("/.well-known/oauth-authorization-server" + path));
  }
}
