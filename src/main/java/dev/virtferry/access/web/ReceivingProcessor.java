package dev.virtferry.access.web;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.apache.coyote.Adapter;
import org.apache.coyote.InputBuffer;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Tells {@link Receptions} when a connection waits for more of a request: for the rest of its head,
 * while somebody reads its body, and while Tomcat reads away what nobody wanted. A connection
 * between two requests waits for nothing, and one that is answered is told to {@link Answers}.
 */
final class ReceivingProcessor extends Http11Processor {

  private final Reception reception;

  private ReceivingProcessor(
      AbstractHttp11Protocol<NioChannel> protocol,
      Adapter adapter,
      Reception reception,
      Answers answers) {
    super(protocol, new HeardAdapter(adapter, reception, answers));
    this.reception = reception;
    request.setInputBuffer(new HeardBody(request.getInputBuffer(), reception));
  }

  static ReceivingProcessor of(
      AbstractHttp11Protocol<NioChannel> protocol, Receptions receptions, Answers answers) {
    return new ReceivingProcessor(
        protocol, protocol.getAdapter(), new Reception(receptions), answers);
  }

  @Override
  public SocketState service(SocketWrapperBase<?> socket) throws IOException {
    reception.begin(socket);
    SocketState state = SocketState.CLOSED;
    try {
      state = super.service(socket);
      return state;
    } finally {
      if (!goesOn(state)) {
        reception.end();
      }
    }
  }

  private boolean goesOn(SocketState state) {
    boolean partOfAHead = state == SocketState.LONG && !isAsync();
    // Empty lines are no request, and are not waited for without end either.
    boolean nothingYet = state == SocketState.OPEN && !reception.answered();
    return partOfAHead || nothingYet;
  }

  /** The end of an answer that waited. */
  @Override
  protected SocketState dispatchEndRequest() {
    reception.beginAnew();
    try {
      return super.dispatchEndRequest();
    } finally {
      reception.end();
    }
  }

  /** What comes in on the connection that the processor serves at the moment. */
  private static final class Reception {

    private final Receptions receptions;
    private @Nullable SocketChannel connection;
    private long since;
    private boolean answered;

    Reception(Receptions receptions) {
      this.receptions = receptions;
    }

    void begin(SocketWrapperBase<?> socket) {
      answered = false;
      connection = socket.getSocket() instanceof NioChannel open ? open.getIOChannel() : null;
      since = System.nanoTime();
      resume();
    }

    void beginAnew() {
      since = System.nanoTime();
      resume();
    }

    void resume() {
      if (connection != null) {
        since = receptions.begin(connection, since);
      }
    }

    void end() {
      if (connection != null) {
        receptions.end(connection);
      }
    }

    void answer() {
      answered = true;
      end();
    }

    boolean answered() {
      return answered;
    }
  }

  private record HeardBody(InputBuffer body, Reception reception) implements InputBuffer {

    @Override
    public int doRead(ApplicationBufferHandler handler) throws IOException {
      reception.resume();
      try {
        return body.doRead(handler);
      } finally {
        reception.end();
      }
    }

    @Override
    public int available() {
      return body.available();
    }
  }

  private record HeardAdapter(Adapter adapter, Reception reception, Answers answers)
      implements Adapter {

    /** What comes after it is the rest of a body that nobody read, and the next request. */
    @Override
    public void service(Request request, Response response) throws Exception {
      reception.answer();
      @Nullable SocketChannel connection = reception.connection;
      answers.begin(connection);
      try {
        adapter.service(request, response);
      } finally {
        answers.end(connection);
      }
      reception.beginAnew();
    }

    @Override
    public boolean prepare(Request request, Response response) throws Exception {
      return adapter.prepare(request, response);
    }

    @Override
    public boolean asyncDispatch(Request request, Response response, SocketEvent status)
        throws Exception {
      return adapter.asyncDispatch(request, response, status);
    }

    @Override
    public void log(Request request, Response response, long time) {
      adapter.log(request, response, time);
    }

    @Override
    public void checkRecycled(Request request, Response response) {
      adapter.checkRecycled(request, response);
    }

    @Override
    public String getDomain() {
      return adapter.getDomain();
    }
  }
}
