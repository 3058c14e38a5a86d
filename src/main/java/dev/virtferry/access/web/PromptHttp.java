package dev.virtferry.access.web;

import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's HTTP/1.1 with a deadline for all of a request and of its answer. Tomcat itself waits for
 * so long between two bytes, however many such waits there are. Public, as Tomcat makes it by its
 * name.
 */
public final class PromptHttp extends Http11NioProtocol {

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

  private final Receptions receptions = new Receptions();
  private final Answers answers = new Answers();
  private @Nullable Future<?> looks;

  /**
   * Sets the deadlines.
   *
   * @param request from its first byte to its last
   * @param answer from then on to its last byte
   */
  void allow(Duration request, Duration answer) {
    receptions.allow(request);
    answers.allow(answer);
  }

  @Override
  protected Processor createProcessor() {
    return ReceivingProcessor.of(this, receptions, answers);
  }

  @Override
  public void start() throws Exception {
    super.start();
    looks =
        getUtilityExecutor()
            .scheduleWithFixedDelay(
                this::look,
                BETWEEN_LOOKS.toMillis(),
                BETWEEN_LOOKS.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  /** Until TLS is agreed on, no processor knows of a connection. */
  private void look() {
    long now = System.nanoTime();
    for (SocketWrapperBase<NioChannel> socket : getEndpoint().getConnections()) {
      NioChannel channel = socket.getSocket();
      SocketChannel connection = channel.getIOChannel();
      // Null once it is closed.
      if (connection != null && !channel.isHandshakeComplete()) {
        receptions.begin(connection, now);
      }
    }
    receptions.endOverdue();
    answers.endOverdue();
  }

  @Override
  public void stop() throws Exception {
    if (looks != null) {
      looks.cancel(false);
    }
    super.stop();
  }
}
