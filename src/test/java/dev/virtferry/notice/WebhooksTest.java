package dev.virtferry.notice;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.virtferry.BesideOthers;
import dev.virtferry.notice.WebhookProperties.Allowed;
import dev.virtferry.problem.Refused;
import dev.virtferry.time.Moment;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;

/** Attempts at a real receiver. */
@BesideOthers
class WebhooksTest {

  private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");
  private static final String SECRET = "whsec_dmlydC1mZXJyeSBzaWducyB3aGF0IGl0IHRlbGxz";

  private final Receiver receiver = new Receiver();

  /** How long a receiver may take. A busy machine makes them slow, which is no matter here. */
  private Duration limit = Duration.ofMinutes(2);

  @AfterEach
  void stop() {
    receiver.close();
  }

  private WebhookProperties allowing(Allowed... allowed) {
    return new WebhookProperties(List.of(allowed), List.of(SECRET), List.of(), limit, null);
  }

  private static CallbackAllowlist callbacks(WebhookProperties properties) {
    return new CallbackAllowlist(properties, new DefaultSslBundleRegistry());
  }

  private static Webhooks webhooks(WebhookProperties properties) {
    return new Webhooks(
        callbacks(properties),
        new Signer(properties),
        properties,
        () -> new Moment(NOON, Duration.ZERO));
  }

  private Webhooks here() {
    return webhooks(allowing(new Allowed(receiver.origin(), List.of("127.0.0.0/8"))));
  }

  private Message message(String path) {
    return new Message(
        UUID.randomUUID(), UUID.randomUUID(), URI.create(receiver.origin() + path), "{\"a\":1}");
  }

  private Attempt tell(Webhooks webhooks) throws InterruptedException {
    return webhooks.tell(message("/hook")).orElseThrow();
  }

  @Test
  void tellsWithTheHeadersThatAReceiverNeeds() throws InterruptedException {
    Message message = message("/hook?token=a%2Fb");
    Attempt attempt = here().tell(message).orElseThrow();
    assertThat(attempt).isEqualTo(new Attempt(NOON, 204, null));
    assertThat(attempt.told()).isTrue();
    assertThat(receiver.heard())
        .singleElement()
        .satisfies(heard -> {
          assertThat(heard.id()).isEqualTo(message.id().toString());
          assertThat(heard.timestamp()).isEqualTo("1777636800");
          assertThat(heard.contentType()).isEqualTo("application/cloudevents+json");
          assertThat(heard.text()).isEqualTo("{\"a\":1}");
          assertThat(heard.signature())
              .isEqualTo(new Signer(allowing()).sign(message.id(), 1_777_636_800L, "{\"a\":1}"));
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 429, 500, 503})
  void isNotToldByAnyOtherStatus(int status) throws InterruptedException {
    receiver.behave(Receiver.answering(status));
    assertThat(tell(here()))
        .isEqualTo(
            new Attempt(
                NOON, status, String.format(Locale.ROOT, "The receiver answered %d.", status)));
    assertThat(receiver.heard()).as("one request for each attempt").hasSize(1);
  }

  @Test
  void knowsWhenItIsUnwanted() throws InterruptedException {
    receiver.behave(Receiver.answering(410));
    assertThat(tell(here()).unwanted()).isTrue();
  }

  @Test
  void followsNoRedirect() throws InterruptedException {
    try (var inside = new Receiver()) {
      receiver.behave(exchange -> {
        exchange.getResponseHeaders().add("Location", inside.origin() + "/admin");
        exchange.sendResponseHeaders(307, -1);
      });
      assertThat(tell(here()).error())
          .isEqualTo("The receiver answered 307; redirects are not followed.");
      assertThat(inside.heard()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0/8", "::1/128"})
  void dialsNoPrivateAddressThatIsNotListed(String network) throws InterruptedException {
    Attempt attempt = tell(webhooks(allowing(new Allowed(receiver.origin(), List.of(network)))));
    assertThat(attempt.error()).startsWith("The name leads to an address that must not be dialled");
    assertThat(receiver.heard()).isEmpty();
  }

  @Test
  void dialsNoNameThatLeadsInside() throws InterruptedException {
    String origin = receiver.origin().replace("127.0.0.1", "localhost");
    Webhooks webhooks = webhooks(allowing(new Allowed(origin, List.of())));
    Message message =
        new Message(UUID.randomUUID(), UUID.randomUUID(), URI.create(origin + "/"), "{}");
    assertThat(webhooks.tell(message).orElseThrow().error())
        .startsWith("The name leads to an address that must not be dialled");
    assertThat(receiver.heard()).isEmpty();
  }

  @Test
  void tellsNobodyWhoIsNoLongerAllowed() throws InterruptedException {
    assertThat(tell(webhooks(allowing())).error())
        .isEqualTo("ferry.webhooks.allowed no longer has the place.");
    assertThat(receiver.heard()).isEmpty();
  }

  @Test
  void saysWhyNobodyAnswered() throws InterruptedException {
    Webhooks webhooks = here();
    receiver.close();
    assertThat(tell(webhooks)).isEqualTo(Attempt.failed(NOON, "The connection was refused."));
  }

  @Test
  void leavesAReceiverThatAnswersDropByDrop() throws InterruptedException {
    var left = new CountDownLatch(1);
    receiver.behave(exchange -> {
      exchange.sendResponseHeaders(200, 0);
      try (OutputStream body = exchange.getResponseBody()) {
        while (true) {
          body.write('.');
          body.flush();
          Thread.sleep(100);
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      } finally {
        left.countDown();
      }
    });
    limit = Duration.ofMillis(500);
    assertThat(tell(here())).isEqualTo(Attempt.failed(NOON, "No answer within 500 ms."));
    left.await();
  }

  /** It sends without a pause, so that nothing that it does can be waited for. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n|3\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\n|X-Header: value\r\n",
        "HTTP/1.1 200 OK\r\nX-Header: |value",
      })
  void leavesAReceiverThatSendsWithoutEnd(String parts) throws Exception {
    String[] answer = parts.split("\\|", 2);
    byte[] rest = answer[answer.length - 1].repeat(1000).getBytes(US_ASCII);
    try (var endless = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var left = new CountDownLatch(1);
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            try (Socket socket = endless.accept()) {
              socket.getOutputStream().write(answer[0].getBytes(US_ASCII));
              while (true) {
                socket.getOutputStream().write(rest);
              }
            } catch (IOException e) {
              left.countDown();
            }
          });
      String origin = String.format(Locale.ROOT, "http://127.0.0.1:%d", endless.getLocalPort());
      limit = Duration.ofSeconds(1);
      var message =
          new Message(UUID.randomUUID(), UUID.randomUUID(), URI.create(origin + "/hook"), "{}");
      Attempt attempt =
          webhooks(allowing(new Allowed(origin, List.of("127.0.0.0/8"))))
              .tell(message)
              .orElseThrow();
      assertThat(attempt.told()).isFalse();
      left.await();
    }
  }

  private List<CompletableFuture<Attempt>> allThatMayBeTold(Webhooks webhooks) {
    List<CompletableFuture<Attempt>> slow = new ArrayList<>();
    for (int place = 0; place < AllowedPlace.AT_A_TIME; place++) {
      slow.add(CompletableFuture.supplyAsync(() -> told(webhooks), Thread::startVirtualThread));
    }
    await().until(() -> receiver.heard().size() == slow.size());
    return slow;
  }

  private void listenOnlyWhen(CountDownLatch open) {
    receiver.behave(exchange -> {
      try {
        open.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      exchange.sendResponseHeaders(204, -1);
    });
  }

  @Test
  void tellsAReceiverOnlySoMuchAtATime() throws InterruptedException {
    var open = new CountDownLatch(1);
    listenOnlyWhen(open);
    Webhooks webhooks = here();
    List<CompletableFuture<Attempt>> slow = allThatMayBeTold(webhooks);
    assertThat(webhooks.tell(message("/one-too-many"))).isEmpty();
    open.countDown();
    assertThat(slow).allSatisfy(attempt -> assertThat(attempt.join().told()).isTrue());
  }

  @Test
  void aReceiverThatNeverAnswersDelaysNoOther() throws InterruptedException {
    var open = new CountDownLatch(1);
    listenOnlyWhen(open);
    try (var other = new Receiver()) {
      Webhooks webhooks =
          webhooks(
              allowing(
                  new Allowed(receiver.origin(), List.of("127.0.0.0/8")),
                  new Allowed(other.origin(), List.of("127.0.0.0/8"))));
      List<CompletableFuture<Attempt>> slow = allThatMayBeTold(webhooks);
      var elsewhere =
          new Message(
              UUID.randomUUID(), UUID.randomUUID(), URI.create(other.origin() + "/hook"), "{}");
      assertThat(webhooks.tell(elsewhere)).hasValueSatisfying(a -> assertThat(a.told()).isTrue());
      open.countDown();
      assertThat(slow).allSatisfy(attempt -> assertThat(attempt.join()).isNotNull());
    }
  }

  private Attempt told(Webhooks webhooks) {
    try {
      return tell(webhooks);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://other.example/",
        "http://control.example/",
        "no url",
        "//control.example"
      })
  void refusesPlacesThatAreNotAllowed(String url) {
    CallbackAllowlist callbacks =
        callbacks(allowing(new Allowed("https://control.example/", List.of())));
    callbacks.require(null);
    callbacks.require("https://control.example/hooks?a=b");
    assertThatThrownBy(() -> callbacks.require(url))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("ferry.webhooks.allowed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"control.example", "https://control.example/hooks", "https://control.example?a"})
  void refusesToStartWithWhatIsNoOrigin(String origin) {
    assertThatThrownBy(() -> callbacks(allowing(new Allowed(origin, List.of()))))
        .isInstanceOf(InvalidWebhookConfiguration.class)
        .hasMessageContaining("'%s' is no origin".formatted(origin));
  }

  @Test
  void refusesToStartWithWhatIsNoNetwork() {
    assertThatThrownBy(() ->
            callbacks(allowing(new Allowed("https://control.example", List.of("10.0.0.0/99")))))
        .isInstanceOf(InvalidWebhookConfiguration.class)
        .hasMessageContaining("'https://control.example'");
  }

  @Test
  void refusesToStartWithABundleThatIsNone() {
    var properties = new WebhookProperties(List.of(), List.of(), List.of(), limit, "inhouse");
    assertThatThrownBy(() -> callbacks(properties))
        .isInstanceOf(InvalidWebhookConfiguration.class)
        .hasMessage(
            "ferry.webhooks.ssl-bundle: 'inhouse' is no bundle of spring.ssl.bundle; it has none");
  }
}
