package dev.virtferry.notice;

import static dev.virtferry.problem.ProblemType.CALLBACK_NOT_ALLOWED;

import dev.virtferry.notice.WebhookProperties.Allowed;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Refused;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.core5.http.config.Http1Config;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpCookieHandling;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.boot.http.client.InetAddressFilter;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * The places that may be told, each with a client that goes nowhere else: it follows no redirect,
 * and each name is resolved and its addresses are looked at when it is dialled, so that a name that
 * changes its mind leads nowhere either.
 */
@Component
public final class CallbackAllowlist {

  /** Of an answer only its status is of interest. */
  private static final Http1Config SHORT_HEADS =
      Http1Config.custom().setMaxHeaderCount(100).setMaxLineLength(8 * 1024).build();

  private final Map<Origin, AllowedPlace> places = new HashMap<>();

  /**
   * Reads the configured places.
   *
   * @throws InvalidWebhookConfiguration with a sentence that names the place when it is not usable,
   *     or the bundle when there is none of that name
   */
  CallbackAllowlist(WebhookProperties properties, SslBundles bundles) {
    requireKnown(properties.sslBundle(), bundles.getBundleNames());
    for (Allowed allowed : properties.allowed()) {
      var posts = new Posts();
      places.put(
          origin(allowed), new AllowedPlace(client(allowed, properties, bundles, posts), posts));
    }
  }

  private static void requireKnown(@Nullable String bundle, List<String> known) {
    if (bundle != null && !known.contains(bundle)) {
      throw new InvalidWebhookConfiguration(
          "ferry.webhooks.ssl-bundle: '%s' is no bundle of spring.ssl.bundle; it has %s"
              .formatted(bundle, known.isEmpty() ? "none" : String.join(", ", known)));
    }
  }

  private static Origin origin(Allowed allowed) {
    return Origin.of(allowed.origin())
        .filter(_ -> allowed.origin().matches("[^/]+://[^/?]+/?"))
        .orElseThrow(() ->
            new InvalidWebhookConfiguration(
                "ferry.webhooks.allowed: '%s' is no origin such as https://control.example:8443"
                    .formatted(allowed.origin())));
  }

  private static RestClient client(
      Allowed allowed, WebhookProperties properties, SslBundles bundles, Posts posts) {
    HttpClientSettings settings =
        HttpClientSettings.defaults()
            .withRedirects(HttpRedirects.DONT_FOLLOW)
            .withCookieHandling(HttpCookieHandling.DISABLE)
            .withTimeouts(properties.timeout(), properties.timeout())
            .withInetAddressFilter(dialled(allowed));
    if (properties.sslBundle() != null) {
      settings = settings.withSslBundle(bundles.getBundle(properties.sslBundle()));
    }
    return RestClient.builder()
        .requestFactory(
            ClientHttpRequestFactoryBuilder.httpComponents()
                .withConnectionManagerCustomizer(all ->
                    all.setMaxConnPerRoute(AllowedPlace.AT_A_TIME)
                        .setConnectionFactory(
                            ManagedHttpClientConnectionFactory.builder()
                                .http1Config(SHORT_HEADS)
                                .build()))
                // Each attempt is one connection of its own, and the scheduler's to repeat: one
                // that was kept may be closed by now, and its name lead elsewhere.
                .withHttpClientCustomizer(client ->
                    client
                        .setRequestExecutor(posts)
                        .disableAutomaticRetries()
                        .setConnectionReuseStrategy((_, _, _) -> false))
                .build(settings))
        .build();
  }

  private static InetAddressFilter dialled(Allowed allowed) {
    try {
      return InetAddressFilter.externalAddresses().or(allowed.networks().toArray(String[]::new));
    } catch (IllegalArgumentException e) {
      throw new InvalidWebhookConfiguration(
          "ferry.webhooks.allowed: networks of '%s' has something that is no network such as 10.20.0.0/16: %s"
              .formatted(allowed.origin(), e.getMessage()));
    }
  }

  /**
   * Checks what a client would have told.
   *
   * @param url null when it wants to be told nothing
   * @throws Refused when it is none of the places that may be told
   */
  public void require(@Nullable String url) {
    if (url != null && Origin.of(url).map(places::get).isEmpty()) {
      throw new Refused(
          Problem.at(
              "#/callbackUrl",
              CALLBACK_NOT_ALLOWED,
              "Name an http or https URL whose scheme, host and port the service allows (its"
                  + " operator lists them in ferry.webhooks.allowed), without user or fragment;"
                  + " or leave callbackUrl out and poll."));
    }
  }

  /** Who is told at that URL; empty when it is not, or no longer, a place that may be told. */
  Optional<AllowedPlace> place(URI url) {
    return Origin.of(url).map(places::get);
  }
}
