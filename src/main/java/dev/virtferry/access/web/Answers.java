package dev.virtferry.access.web;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that are being answered, and since when they are. A client that waits for news is
 * none of them: its answer is written by whoever has news.
 */
final class Answers {

  private static final Logger log = LoggerFactory.getLogger(Answers.class);

  private final Map<SocketChannel, Long> begun = new ConcurrentHashMap<>();
  private volatile long mostNanos = Long.MAX_VALUE;

  void allow(Duration deadline) {
    mostNanos = deadline.toNanos();
  }

  void begin(@Nullable SocketChannel connection) {
    if (connection != null) {
      begun.put(connection, System.nanoTime());
    }
  }

  void end(@Nullable SocketChannel connection) {
    if (connection != null) {
      begun.remove(connection);
    }
  }

  /** Lets go of who is late with reading; what was written and not read yet is thrown away. */
  void endOverdue() {
    long now = System.nanoTime();
    begun.forEach((connection, since) -> {
      if (now - since > mostNanos && begun.remove(connection, since)) {
        reset(connection, now - since);
      }
    });
  }

  private static void reset(SocketChannel connection, long nanos) {
    try {
      log.debug("{} did not read its answer within {}", connection, Duration.ofNanos(nanos));
      connection.setOption(StandardSocketOptions.SO_LINGER, 0);
      connection.close();
    } catch (IOException e) {
      log.debug("{} is closed already", connection, e);
    }
  }
}
