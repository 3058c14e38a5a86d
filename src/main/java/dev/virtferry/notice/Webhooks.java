package dev.virtferry.notice;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.virtferry.time.Moment;
import dev.virtferry.time.Timepiece;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.http.client.FilteredHostException;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/** Tells receivers by POSTs that carry the headers of Standard Webhooks. */
@Component
public final class Webhooks {

  private final CallbackAllowlist callbacks;
  private final Signer signer;
  private final Duration timeout;
  private final Timepiece time;

  Webhooks(
      CallbackAllowlist callbacks, Signer signer, WebhookProperties properties, Timepiece time) {
    this.callbacks = callbacks;
    this.signer = signer;
    this.timeout = properties.timeout();
    this.time = time;
  }

  /** Tries once; empty when as much is being told to this receiver as may. */
  public Optional<Attempt> tell(Message message) throws InterruptedException {
    Optional<AllowedPlace> found = callbacks.place(message.url());
    if (found.isEmpty()) {
      return Optional.of(
          Attempt.failed(time.now().at(), "ferry.webhooks.allowed no longer has the place."));
    }
    AllowedPlace place = found.get();
    Moment began = time.now();
    if (!place.begin(began)) {
      return Optional.empty();
    }
    try {
      return Optional.of(attempt(place, message, began.at()));
    } finally {
      place.end(began, time.now());
    }
  }

  /** When one that could not be tried, as so much is being told to its receiver, is tried again. */
  public Instant turn(Message message) {
    Moment now = time.now();
    return callbacks
        .place(message.url())
        .map(place -> now.at().plus(place.turn(now)))
        .orElse(now.at());
  }

  /** How long a delivery waits at most until it is tried, or tried again. */
  public static Duration longestWait(WebhookProperties properties) {
    return Stream.concat(Stream.of(AllowedPlace.LONGEST_WAIT), properties.retries().stream())
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }

  private Attempt attempt(AllowedPlace place, Message message, Instant now)
      throws InterruptedException {
    // A receiver that answers a byte at a time is within every timeout of a socket. One that never
    // stops would keep a virtual thread's carrier, and with it the service's other calls.
    var post = new FutureTask<>(() -> post(place.client(), message, now));
    Thread posting = Thread.ofPlatform().daemon().name("webhook").start(post);
    try {
      return Attempt.answered(now, post.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return Attempt.failed(
          now, String.format(Locale.ROOT, "No answer within %d ms.", timeout.toMillis()));
    } catch (ExecutionException e) {
      return Attempt.failed(now, explained(e));
    } finally {
      posting.interrupt();
      place.end(posting);
    }
  }

  private int post(RestClient client, Message message, Instant now) {
    long timestamp = now.getEpochSecond();
    return client
        .post()
        .uri(message.url())
        .header(HttpHeaders.CONTENT_TYPE, CloudEvents.MEDIA_TYPE)
        .header(HttpHeaders.USER_AGENT, "virt-ferry")
        .header("webhook-id", message.id().toString())
        .header("webhook-timestamp", Long.toString(timestamp))
        .header("webhook-signature", signer.sign(message.id(), timestamp, message.body()))
        .body(message.body().getBytes(UTF_8))
        .exchange((_, response) -> response.getStatusCode().value());
  }

  /** How many deliveries a replica may make at a time, to all of them together. */
  public static int atATime(WebhookProperties properties) {
    return AllowedPlace.AT_A_TIME * properties.allowed().size();
  }

  private static String explained(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String reason = reason(cause);
      if (reason != null) {
        return reason;
      }
    }
    return "The connection broke.";
  }

  /** Null for one whose cause may say more. */
  private static @Nullable String reason(Throwable cause) {
    return switch (cause) {
      case FilteredHostException _ ->
          "The name leads to an address that must not be dialled; an operator can list it in"
              + " networks of ferry.webhooks.allowed.";
      case UnknownHostException _ -> "The name is not known.";
      case ConnectException _ -> "The connection was refused.";
      case SSLException tls -> "TLS failed: " + tls.getMessage();
      default -> null;
    };
  }
}
