package dev.virtferry.notice;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real HTTP server that is told things. */
public final class Receiver implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  /** One request, in the receiver's own words. */
  public record Heard(
      String id, String timestamp, String signature, String contentType, String text) {

    public JsonNode body() {
      return JSON.readTree(text);
    }

    /** What the migration had changed to. */
    public String state() {
      return body().at("/data/state").asString();
    }
  }

  /** How a receiver answers. */
  @FunctionalInterface
  public interface Manners {
    void answer(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final List<Heard> heard = new CopyOnWriteArrayList<>();
  private volatile Manners manners = answering(204);

  public Receiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::hear);
    server.start();
  }

  private void hear(HttpExchange exchange) throws IOException {
    try (exchange) {
      heard.add(
          new Heard(
              header(exchange, "webhook-id"),
              header(exchange, "webhook-timestamp"),
              header(exchange, "webhook-signature"),
              header(exchange, "Content-Type"),
              new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
      manners.answer(exchange);
    }
  }

  private static String header(HttpExchange exchange, String name) {
    return String.valueOf(exchange.getRequestHeaders().getFirst(name));
  }

  /** Says that status and nothing else. */
  public static Manners answering(int status) {
    return exchange -> exchange.sendResponseHeaders(status, -1);
  }

  public void behave(Manners now) {
    manners = now;
  }

  /** Everything so far, in the order of its arrival. */
  public List<Heard> heard() {
    return List.copyOf(heard);
  }

  /** What was heard of one migration. */
  public List<Heard> of(String migration) {
    return heard().stream()
        .filter(h -> h.body().at("/subject").asString().equals(migration))
        .toList();
  }

  public String origin() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
