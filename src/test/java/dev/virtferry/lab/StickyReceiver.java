package dev.virtferry.lab;

import dev.virtferry.notice.Receiver;
import dev.virtferry.notice.Receiver.Heard;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import tools.jackson.databind.JsonNode;

/** Whoever is told of migrations, which at times holds what it is told and answers nothing. */
final class StickyReceiver implements AutoCloseable {

  private static final int OK = 200;
  private static final int ONE_SECOND = 1_000;

  private final Receiver receiver = new Receiver();
  private volatile boolean holds;

  /** What came from there on, up to there, had no answer. */
  private volatile int heldFrom;

  private volatile int heldTo;

  /** What a service is told of it. */
  Map<String, String> environment() {
    return Map.of(
        "FERRY_WEBHOOKS_ALLOWED_0_ORIGIN",
        receiver.origin(),
        "FERRY_WEBHOOKS_ALLOWED_0_NETWORKS_0",
        "127.0.0.1",
        "FERRY_WEBHOOKS_SECRETS_0",
        "whsec_dmlydC1mZXJyeSBzaWducyB3aGF0IGl0IHRlbGxz",
        "FERRY_WEBHOOKS_RETRIES",
        "1s,1s,2s,4s,8s,8s,8s,8s");
  }

  String address() {
    return receiver.origin() + "/told";
  }

  /** From now on it answers nothing, or an answer that has no end, a byte a second. */
  void tarpit(boolean drips) {
    holds = true;
    heldFrom = receiver.heard().size();
    receiver.behave(exchange -> {
      if (drips) {
        exchange.sendResponseHeaders(OK, 0);
      }
      while (holds) {
        Arena.pause(ONE_SECOND);
        if (drips) {
          exchange.getResponseBody().write(' ');
          exchange.getResponseBody().flush();
        }
      }
    });
  }

  /** What it held goes unanswered. */
  void goOn() {
    receiver.behave(Receiver.answering(204));
    heldTo = receiver.heard().size();
    holds = false;
  }

  /** Whether it is told of that state of the migration within a minute. */
  boolean hears(String migration, JsonNode truth) {
    String state = truth.get("state").asString();
    try {
      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> told(migration).contains(state));
      return true;
    } catch (ConditionTimeoutException e) {
      return false;
    }
  }

  /** The states of which it was told and has heard. */
  List<String> told(String migration) {
    List<Heard> heard = receiver.heard();
    return Stream.concat(
            heard.subList(0, heldFrom).stream(), heard.subList(heldTo, heard.size()).stream())
        .filter(h -> h.body().at("/subject").asString().equals(migration))
        .map(Heard::state)
        .toList();
  }

  @Override
  public void close() {
    holds = false;
    receiver.close();
  }
}
