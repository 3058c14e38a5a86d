package dev.virtferry.access.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.virtferry.BesideOthers;
import dev.virtferry.PlayedHosts;
import dev.virtferry.access.Callers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Over real sockets: what a test without them would not show. */
@SpringBootTest(
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "spring.datasource.url=jdbc:h2:mem:${random.uuid};MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;"
          + "DEFAULT_NULL_ORDERING=HIGH;LOCK_TIMEOUT=10000;DB_CLOSE_DELAY=-1",
      "ferry.access.tokens[0].name=test",
      "ferry.access.tokens[0].sha256=" + Callers.TOKEN_SHA256,
      "ferry.access.tokens[0].role=admin",
      // What is refused for its number is not read.
      "ferry.rate.reads=100000",
      "ferry.rate.writes=100000",
      "ferry.rate.open-calls=100000",
      "ferry.rate.max-body=64KB",
      "ferry.rate.max-answer-time=5s",
    })
@BesideOthers
@Tag("service")
class SlowClientsTest extends PlayedHosts {

  /** More than a server of this kind has threads by default. */
  private static final int MANY = 300;

  private static final String HEAD =
      "POST /v1/migrations HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer %s\r\n"
              .formatted(Callers.TOKEN)
          + "Content-Type: application/json\r\n";

  @LocalServerPort private int port;

  private Socket sent(String text) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.getOutputStream().write(text.getBytes(US_ASCII));
    socket.getOutputStream().flush();
    return socket;
  }

  /** The server goes on listening after its answer, so that there is no end to wait for. */
  private static String readUntil(Socket socket, String last) throws IOException {
    var answer = new StringBuilder();
    while (answer.indexOf(last) < 0) {
      int next = socket.getInputStream().read();
      assertThat(next).as(answer.toString()).isNotNegative();
      answer.append((char) next);
    }
    return answer.toString();
  }

  private HttpResponse<String> list() throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(
                  URI.create(String.format(Locale.ROOT, "http://127.0.0.1:%d/v1/migrations", port)))
              .header("Authorization", "Bearer " + Callers.TOKEN)
              .timeout(Duration.ofSeconds(60))
              .build(),
          BodyHandlers.ofString());
    }
  }

  @Test
  void clientsThatSendHalfABodyHoldUpNobody() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int client = 0; client < MANY; client++) {
        slow.add(sent(HEAD + "Content-Length: 100\r\n\r\n{\"domain\""));
      }
      assertThat(list().statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void aBodyWithoutALengthIsNotReadWithoutEnd() throws IOException {
    String chunk = "1000\r\n" + " ".repeat(0x1000) + "\r\n";
    try (Socket socket = sent(HEAD + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(20))) {
      socket.setSoTimeout(60_000);
      assertThat(readUntil(socket, "payload-too-large")).startsWith("HTTP/1.1 413");
    }
  }

  /** Whatever it reads now and then is enough for Tomcat's own limit. */
  @Test
  void anAnswerThatIsReadLittleByLittleHasAnEnd() throws IOException {
    try (var socket = new Socket()) {
      socket.setReceiveBufferSize(512);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket
          .getOutputStream()
          .write(
              "GET /swagger-ui/swagger-ui-bundle.js HTTP/1.1\r\nHost: here\r\n\r\n"
                  .getBytes(US_ASCII));
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(100))
          .untilAsserted(() ->
              assertThatThrownBy(() -> socket.getInputStream().readNBytes(100))
                  .hasMessageContaining("reset"));
    }
  }

  @Test
  void aSmallHeapAndFewDescriptorsMeanFewerConnections() {
    assertThat(SlowClients.most(8192, 256L << 20, 1 << 20)).isEqualTo(2048);
    assertThat(SlowClients.most(8192, 8L << 30, 1 << 20)).isEqualTo(8192);
    assertThat(SlowClients.most(8192, 8L << 30, 1024)).isEqualTo(512);
  }

  @Test
  void aRequestWithTooManyHeadersIsRefused() throws IOException {
    String headers = "X-Header: x\r\n".repeat(200);
    try (Socket socket = sent(HEAD + headers + "\r\n")) {
      socket.setSoTimeout(60_000);
      String answer = new String(socket.getInputStream().readNBytes(12), US_ASCII);
      assertThat(answer).isEqualTo("HTTP/1.1 400");
    }
  }
}
