package dev.virtferry.notice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.stereotype.Component;

/** Signs messages the way of Standard Webhooks, version {@code v1}: HMAC-SHA256. */
@Component
final class Signer {

  private static final String ALGORITHM = "HmacSHA256";
  private static final String PREFIX = "whsec_";
  private static final int LEAST_BYTES = 24;
  private static final int MOST_BYTES = 64;

  private final List<SecretKeySpec> keys;

  /**
   * Reads the configured secrets.
   *
   * @throws InvalidWebhookConfiguration when one is not usable, or none is there for places that
   *     are to be told
   */
  Signer(WebhookProperties properties) {
    this.keys = properties.secrets().stream().map(Signer::key).toList();
    if (keys.isEmpty() && !properties.allowed().isEmpty()) {
      throw mistake("is empty, so no receiver could tell our messages from others'");
    }
  }

  private static SecretKeySpec key(String secret) {
    if (!secret.startsWith(PREFIX)) {
      throw mistake("has one that does not begin with whsec_");
    }
    byte[] bytes = decoded(secret.substring(PREFIX.length()));
    if (bytes.length < LEAST_BYTES || bytes.length > MOST_BYTES) {
      throw mistake("has one that is not of 24 to 64 bytes");
    }
    return new SecretKeySpec(bytes, ALGORITHM);
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw mistake("has one that is not in Base64 after whsec_");
    }
  }

  private static InvalidWebhookConfiguration mistake(String what) {
    return new InvalidWebhookConfiguration(
        "ferry.webhooks.secrets %s; make one with: echo whsec_$(openssl rand -base64 32)"
            .formatted(what));
  }

  /** The value of {@code webhook-signature}: one signature for each secret. */
  String sign(UUID id, long timestamp, String body) {
    byte[] signed = String.format(Locale.ROOT, "%s.%d.%s", id, timestamp, body).getBytes(UTF_8);
    return keys.stream()
        .map(key -> "v1," + Base64.getEncoder().encodeToString(mac(key).doFinal(signed)))
        .collect(joining(" "));
  }

  private static Mac mac(SecretKeySpec key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac;
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("Every Java has " + ALGORITHM, e);
    }
  }
}
