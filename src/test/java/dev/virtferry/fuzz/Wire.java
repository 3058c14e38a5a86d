package dev.virtferry.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client that sends any bytes at all; a library would refuse to. */
final class Wire implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 15_000;

  private final int port;
  private @Nullable Socket socket;
  private boolean used;

  Wire(int port) {
    this.port = port;
  }

  /**
   * Sends it and reads the answer.
   *
   * @throws java.net.SocketTimeoutException when none comes in time
   */
  Answer exchange(Sent sent) throws IOException {
    if (!sent.framed()) {
      close();
    }
    boolean again = used && socket != null;
    Answer answer = exchangeOnce(sent);
    // A connection that was kept may have been closed meanwhile; that says nothing of the request.
    return answer.equals(Answer.NONE) && again && sent.framed() ? exchangeOnce(sent) : answer;
  }

  private Answer exchangeOnce(Sent sent) throws IOException {
    Socket open = open();
    try {
      write(open, sent);
      return read(open, sent.head());
    } catch (SocketException e) {
      close();
      return Answer.NONE;
    } finally {
      used = true;
      if (!sent.framed()) {
        close();
      }
    }
  }

  /**
   * Who refuses a body early may close before all of it was sent, and has answered all the same.
   */
  private static void write(Socket open, Sent sent) throws IOException {
    try {
      open.getOutputStream().write(sent.text().getBytes(ISO_8859_1));
      open.getOutputStream().flush();
      if (!sent.framed()) {
        open.shutdownOutput();
      }
    } catch (SocketException e) {
      if (open.isClosed()) {
        throw e;
      }
    }
  }

  private Socket open() throws IOException {
    Socket open = socket;
    if (open == null) {
      open = new Socket();
      open.setSoTimeout(PATIENCE_MILLIS);
      open.setTcpNoDelay(true);
      open.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
      socket = open;
      used = false;
    }
    return open;
  }

  private Answer read(Socket open, boolean head) throws IOException {
    var in = new BufferedInputStream(open.getInputStream());
    String first = line(in);
    while (first.startsWith("HTTP/1.1 1")) {
      headers(in);
      first = line(in);
    }
    if (!first.startsWith("HTTP/")) {
      close();
      return first.isEmpty()
          ? Answer.NONE
          : new Answer(0, "", first + new String(in.readAllBytes(), UTF_8));
    }
    int status = Integer.parseInt(first.split(" ", 3)[1].strip());
    Map<String, String> headers = headers(in);
    boolean bare = head || status == 204 || status == 304;
    byte[] body = bare ? new byte[0] : body(in, headers);
    if ("close".equalsIgnoreCase(headers.get("connection"))) {
      close();
    }
    return new Answer(status, headers.getOrDefault("content-type", ""), new String(body, UTF_8));
  }

  private byte[] body(InputStream in, Map<String, String> headers) throws IOException {
    String length = headers.get("content-length");
    if (length != null) {
      return in.readNBytes(Integer.parseInt(length));
    }
    if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
      return chunks(in);
    }
    byte[] rest = in.readAllBytes();
    close();
    return rest;
  }

  private static byte[] chunks(InputStream in) throws IOException {
    var all = new ByteArrayOutputStream();
    int size = Integer.parseInt(line(in), 16);
    while (size > 0) {
      all.write(in.readNBytes(size));
      line(in);
      size = Integer.parseInt(line(in), 16);
    }
    line(in);
    return all.toByteArray();
  }

  private static Map<String, String> headers(InputStream in) throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      String[] parts = line.split(":", 2);
      headers.put(parts[0].toLowerCase(Locale.ROOT), parts.length > 1 ? parts[1].strip() : "");
    }
    return headers;
  }

  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      if (next != '\r') {
        line.write(next);
      }
    }
    return line.toString(ISO_8859_1);
  }

  @Override
  public void close() {
    Socket open = socket;
    socket = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }
}
