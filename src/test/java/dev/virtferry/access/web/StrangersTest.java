package dev.virtferry.access.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.BesideOthers;
import dev.virtferry.PlayedHosts;
import dev.virtferry.access.Callers;
import dev.virtferry.libvirt.Domains;
import jakarta.servlet.Filter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** What anybody can send who reaches a port, over real sockets. */
@SpringBootTest(
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "spring.datasource.url=jdbc:h2:mem:${random.uuid};MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;"
          + "DEFAULT_NULL_ORDERING=HIGH;LOCK_TIMEOUT=10000;DB_CLOSE_DELAY=-1",
      "management.server.port=0",
      "ferry.hosts[0].name=kvm-a",
      "ferry.hosts[0].uri=qemu+tls://kvm-a/system",
      "ferry.hosts[1].name=kvm-b",
      "ferry.hosts[1].uri=qemu+tls://kvm-b/system",
      "ferry.access.tokens[0].name=test",
      "ferry.access.tokens[0].sha256=" + Callers.TOKEN_SHA256,
      "ferry.access.tokens[0].role=admin",
      "ferry.watch.interval=20ms",
      "ferry.watch.settle=300ms",
      "ferry.rate.max-request-time=1s",
      "server.tomcat.max-connections=16",
    })
@Import(StrangersTest.Seen.class)
@BesideOthers
@Tag("service")
class StrangersTest extends PlayedHosts {

  @TestConfiguration(proxyBeanMethods = false)
  static class Seen {

    private final AtomicInteger descriptions = new AtomicInteger();
    private final Set<Locale> languages = ConcurrentHashMap.newKeySet();

    @Bean
    GlobalOpenApiCustomizer eachDescription() {
      return _ -> descriptions.incrementAndGet();
    }

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    Filter eachRequest() {
      return (request, response, chain) -> {
        languages.add(request.getLocale());
        chain.doFilter(request, response);
      };
    }
  }

  @Autowired private Seen seen;

  private static final int MOST_CONNECTIONS = 16;
  private static final Duration BETWEEN_BYTES = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final String TOKEN = "Authorization: Bearer %s\r\n".formatted(Callers.TOKEN);
  private static final String HOST = "Host: here\r\n";
  private static final String START = "POST /v1/migrations HTTP/1.1\r\n" + HOST;
  private static final String JSON = "Content-Type: application/json\r\n";
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded\r\n";

  /** What it is, what is sent at once, and what follows a byte at a time. */
  private static final List<List<String>> SLOW_REQUESTS =
      List.of(
          List.of("nothing but empty lines", "", "\r\n"),
          List.of("the request line", "", "GET"),
          List.of("the headers", "GET / HTTP/1.1\r\n" + HOST, "X: y\r\n"),
          List.of(
              "the second request of a connection",
              "GET / HTTP/1.1\r\n" + HOST + "\r\nGET / HTTP/1.1\r\n",
              "X: y\r\n"),
          List.of("a body", START + TOKEN + JSON + "Content-Length: 9999\r\n\r\n", " "),
          List.of(
              "a body in chunks",
              START + TOKEN + JSON + "Transfer-Encoding: chunked\r\n\r\n",
              "1\r\n \r\n"),
          List.of("a body that nobody reads", START + "Content-Length: 9999\r\n\r\n", " "),
          List.of(
              "a chunk of a body that nobody reads",
              START + "Transfer-Encoding: chunked\r\n\r\n1;",
              "x"),
          List.of("a form", START + FORM + "Content-Length: 9999\r\n\r\n", "a"));

  @LocalServerPort private int port;
  @LocalManagementPort private int managementPort;

  private final List<Socket> sockets = new ArrayList<>();
  private final AtomicBoolean over = new AtomicBoolean();

  @AfterEach
  void allIsClosed() throws IOException {
    over.set(true);
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private Socket connection(int to) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), to);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    sockets.add(socket);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(US_ASCII));
    socket.getOutputStream().flush();
  }

  /** Sends the first at once, and then of the second a byte at a time, over and over. */
  private Socket dripping(int to, String first, String then) throws IOException {
    Socket socket = connection(to);
    send(socket, first);
    Thread.startVirtualThread(() -> {
      try {
        for (int i = 0; !over.get(); i++) {
          socket.getOutputStream().write(then.charAt(i % then.length()));
          LockSupport.parkNanos(BETWEEN_BYTES.toNanos());
        }
      } catch (IOException e) {
        // The service has closed the connection.
      }
    });
    return socket;
  }

  /** Ends when the service ends the connection. */
  private static String everything(Socket socket) throws IOException {
    var answer = new StringBuilder();
    try {
      for (int next = socket.getInputStream().read();
          next >= 0;
          next = socket.getInputStream().read()) {
        answer.append((char) next);
      }
    } catch (SocketException e) {
      // Bytes that came after the end are answered with a reset.
    }
    return answer.toString();
  }

  private static String until(Socket socket, String last) throws IOException {
    var answer = new StringBuilder();
    while (answer.indexOf(last) < 0) {
      int next = socket.getInputStream().read();
      assertThat(next).as(answer.toString()).isNotNegative();
      answer.append((char) next);
    }
    return answer.toString();
  }

  private static String list(String connection) {
    return "GET /v1/migrations HTTP/1.1\r\n"
        + HOST
        + TOKEN
        + "Connection: "
        + connection
        + "\r\n\r\n";
  }

  @Test
  void noRequestHoldsAConnectionWithoutEnd() throws IOException {
    Map<String, Socket> clients = new LinkedHashMap<>();
    for (List<String> request : SLOW_REQUESTS) {
      clients.put(request.get(0), dripping(port, request.get(1), request.get(2)));
    }
    for (Map.Entry<String, Socket> client : clients.entrySet()) {
      assertThat(everything(client.getValue())).as(client.getKey()).doesNotContain(" 500 ");
    }
  }

  @Test
  void theLastConnectionsAreFreeAgainAfterTheDeadline() throws IOException {
    for (int to : List.of(port, managementPort)) {
      for (int client = 0; client < MOST_CONNECTIONS; client++) {
        dripping(to, "", "GET");
      }
      Socket socket = connection(to);
      send(socket, "GET /actuator/health HTTP/1.1\r\n" + HOST + "\r\n");
      assertThat(until(socket, "\r\n")).startsWith("HTTP/1.1 ");
    }
  }

  @Test
  void aConnectionThatIsKeptAndAStreamOfEventsLiveLonger() throws IOException {
    hosts().put("kvm-a", Domains.running("web-01", Domains.network("vda")));
    Socket kept = connection(port);
    String body = "{\"domain\":\"web-01\",\"destUri\":\"qemu+tls://kvm-b/system\"}";
    send(
        kept,
        START
            + TOKEN
            + JSON
            + String.format(Locale.ROOT, "Content-Length: %d\r\n\r\n%s", body.length(), body));
    String accepted = until(kept, "\r\n\r\n");
    String address =
        accepted.replaceAll("(?s).*Location: (\\S+).*", "$1").replaceAll("^http://[^/]+", "");
    Socket events = connection(port);
    send(events, "GET " + address + "/events HTTP/1.1\r\n" + HOST + TOKEN + "\r\n");
    until(events, "event:");
    everything(dripping(port, "", "GET"));
    await()
        .atMost(PATIENCE)
        .until(() -> {
          hosts().rollBackTo("kvm-a");
          send(kept, "GET " + address + " HTTP/1.1\r\n" + HOST + TOKEN + "\r\n");
          until(kept, "\"state\":\"");
          return until(kept, "\"").equals("FAILED\"");
        });
    assertThat(until(events, "FAILED")).contains("event:");
  }

  @Test
  void whoCallsIsAskedBeforeABodyIsWaitedFor() throws IOException {
    for (String method : List.of("PUT", "POST", "PATCH", "DELETE")) {
      for (String address : List.of("/", "/v1/migrations")) {
        Socket socket = connection(port);
        send(
            socket,
            "%s %s HTTP/1.1\r\n%s%sContent-Length: 99\r\n\r\n%%zz=1"
                .formatted(method, address, HOST, FORM));
        assertThat(until(socket, "\r\n\r\n")).as(method).startsWith("HTTP/1.1 401");
      }
    }
  }

  @Test
  void aLanguageIsNoReasonToMakeAnythingAnew() throws IOException {
    for (String language : List.of("de", "en-x-a1", "en-x-a2", "en-x-a2;q=0.5, fr;q=x")) {
      for (String address : List.of("/v3/api-docs", "/v1/hosts", "/v3/api-docs.yaml")) {
        Socket socket = connection(port);
        send(
            socket,
            "GET %s HTTP/1.1\r\n%sConnection: close\r\nAccept-Language: %s\r\n\r\n"
                .formatted(address, HOST, language));
        assertThat(everything(socket))
            .startsWith("HTTP/1.1 " + (address.endsWith("hosts") ? 401 : 200));
      }
    }
    assertThat(seen.languages).containsExactly(Locale.ENGLISH);
    assertThat(seen.descriptions).hasValue(1);
  }

  @Test
  void nobodyIsToldToGoOnBeforeItIsKnownWhoCalls() throws IOException {
    Socket socket = connection(port);
    send(socket, START + "Expect: 100-continue\r\nContent-Length: 99\r\n\r\n");
    assertThat(until(socket, "\r\n")).startsWith("HTTP/1.1 401");
  }

  @Test
  void manyOfThemLeaveNothingBehind() throws IOException {
    List<Socket> slow = new ArrayList<>();
    for (int client : IntStream.range(0, MOST_CONNECTIONS - 1).toArray()) {
      slow.add(
          dripping(
              port,
              START
                  + TOKEN
                  + JSON
                  + String.format(Locale.ROOT, "Content-Length: %d\r\n\r\n", client + 900),
              " "));
    }
    for (Socket socket : slow) {
      everything(socket);
    }
    Socket socket = connection(port);
    send(socket, list("close"));
    assertThat(everything(socket)).startsWith("HTTP/1.1 200");
  }
}
