package dev.virtferry.notice;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;

/**
 * The connections on which a receiver's answer is read, by the thread that reads. A receiver that
 * sends without end, be it interim answers or a body, never lets that thread wait, so that no
 * interrupt reaches it; closing its connection does.
 */
final class Posts extends HttpRequestExecutor {

  private final Map<Thread, HttpClientConnection> open = new ConcurrentHashMap<>();

  @Override
  public ClassicHttpResponse execute(
      ClassicHttpRequest request,
      HttpClientConnection connection,
      HttpResponseInformationCallback interim,
      HttpContext context)
      throws IOException, HttpException {
    open.put(Thread.currentThread(), connection);
    // Whoever waited gave up before there was a connection to close.
    if (Thread.currentThread().isInterrupted()) {
      end(Thread.currentThread());
    }
    return super.execute(request, connection, interim, context);
  }

  /** Ends what that thread does, if it does anything still. */
  void end(Thread posting) {
    HttpClientConnection connection = open.remove(posting);
    if (connection != null) {
      connection.close(CloseMode.IMMEDIATE);
    }
  }
}
