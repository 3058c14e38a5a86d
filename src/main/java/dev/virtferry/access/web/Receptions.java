package dev.virtferry.access.web;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections on which more of a request is waited for, and since when it is. */
final class Receptions {

  private static final Logger log = LoggerFactory.getLogger(Receptions.class);

  private final Map<SocketChannel, Long> begun = new ConcurrentHashMap<>();
  private volatile long mostNanos = Long.MAX_VALUE;

  void allow(Duration deadline) {
    mostNanos = deadline.toNanos();
  }

  /**
   * More is waited for.
   *
   * @param now a time of {@link System#nanoTime}
   * @return since when it is, which may be earlier
   */
  long begin(SocketChannel connection, long now) {
    Long earlier = begun.putIfAbsent(connection, now);
    return earlier == null ? now : earlier;
  }

  /** Nothing is waited for any more. */
  void end(SocketChannel connection) {
    begun.remove(connection);
  }

  /**
   * Hears no more of who is late. Tomcat then goes on as if the client had ended there, in the
   * thread that the connection belongs to.
   */
  void endOverdue() {
    long now = System.nanoTime();
    begun.forEach((connection, since) -> {
      if (now - since > mostNanos && begun.remove(connection, since)) {
        end(connection, now - since);
      }
    });
  }

  private static void end(SocketChannel connection, long nanos) {
    try {
      log.debug("{} did not send a request within {}", connection, Duration.ofNanos(nanos));
      connection.shutdownInput();
    } catch (IOException e) {
      log.debug("{} is closed already", connection, e);
    }
  }
}
