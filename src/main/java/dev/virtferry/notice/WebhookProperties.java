package dev.virtferry.notice;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may be told by webhooks, and how.
 *
 * @param allowed the only places that a {@code callbackUrl} may name; none by default
 * @param secrets each signs every message, so that a receiver can be given a new one before the old
 *     one is taken away: {@code whsec_} and 24 to 64 random bytes in Base64
 * @param retries how long to wait after each attempt that failed; after the last of them it is over
 * @param timeout for one attempt, from the name's resolution to the end of the answer
 * @param sslBundle name of the Spring SSL bundle that says whom to trust; null for the authorities
 *     that Java trusts
 */
@ConfigurationProperties("ferry.webhooks")
public record WebhookProperties(
    @DefaultValue List<Allowed> allowed,
    @DefaultValue List<String> secrets,
    @DefaultValue({"5s", "30s", "2m", "10m", "1h", "3h", "6h", "12h"}) List<Duration> retries,
    @DefaultValue("10s") Duration timeout,
    @Nullable String sslBundle) {

  /**
   * A place to tell.
   *
   * @param origin scheme, host and perhaps port, such as {@code https://control.example}
   * @param networks addresses of one's own network that its name may stand for, in CIDR notation;
   *     without them only public ones are dialled
   */
  public record Allowed(String origin, @DefaultValue List<String> networks) {}

  /** Without the secrets. */
  @Override
  public String toString() {
    return "WebhookProperties[allowed=%s, retries=%s, timeout=%s]"
        .formatted(allowed, retries, timeout);
  }
}
