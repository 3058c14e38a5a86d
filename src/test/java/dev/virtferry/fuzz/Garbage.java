package dev.virtferry.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** What is no HTTP, or ends where HTTP does not. One character is one byte. */
final class Garbage {

  private static final String LIST = "GET /v1/migrations HTTP/1.1\r\n";
  private static final String START = "POST /v1/migrations HTTP/1.1\r\n";
  private static final String JSON = "Host: localhost\r\nContent-Type: application/json\r\n";

  private final Draw draw;

  Garbage(Draw draw) {
    this.draw = draw;
  }

  /**
   * Some of it.
   *
   * @param authorization a header for what gets as far as being asked for one
   */
  String text(String authorization) {
    String more = authorization + "\r\n\r\n";
    return switch (draw.below(4)) {
      case 0 -> requestLine(more);
      case 1 -> headers(more);
      case 2 -> length(authorization);
      default -> chunks(authorization);
    };
  }

  private String requestLine(String more) {
    String host = "Host: localhost\r\n" + more;
    return switch (draw.below(14)) {
      case 0 -> new String(draw.bytes(1 + draw.below(2_000)), ISO_8859_1);
      case 1 -> "GET\r\n\r\n";
      case 2 -> "\r\n".repeat(draw.below(50));
      case 3 -> "GET /v1/migrations\r\n";
      case 4 -> "GET /v1/migrations HTTP/9.9\r\n" + host;
      case 5 -> "GET /v1/migra tions HTTP/1.1\r\n" + host;
      case 6 -> "GET /v1/\0 HTTP/1.1\r\n" + host;
      case 7 -> "GET /" + "u".repeat(draw.below(100_000)) + " HTTP/1.1\r\n" + host;
      case 8 -> "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003";
      case 9 -> "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
      case 10 -> "OPTIONS * HTTP/1.1\r\n" + host;
      case 11 -> "CONNECT localhost:1 HTTP/1.1\r\n" + host;
      case 12 -> "GET http://evil:99999/v1/migrations HTTP/1.1\r\n" + host;
      default -> "G\u00ebT /v1/migrations?<>\"{}|\\^` HTTP/1.1\r\n" + host;
    };
  }

  private String headers(String more) {
    return switch (draw.below(10)) {
      case 0 -> LIST + more;
      case 1 -> LIST + "Host: a\r\nHost: b\r\n" + more;
      case 2 -> LIST + "Host: local host:99999999\r\n" + more;
      case 3 -> LIST + "Host: localhost\r\nNo colon\r\n" + more;
      case 4 -> LIST + "Host: localhost\r\nX: a\0b\r\n" + more;
      case 5 -> LIST + "Host: localhost\r\nX: a\r\n  folded\r\n" + more;
      case 6 -> LIST + "Host: localhost\r\nX: " + "x".repeat(draw.below(200_000)) + "\r\n" + more;
      case 7 -> LIST + "Host: localhost\r\n" + "X: y\r\n".repeat(draw.below(3_000)) + more;
      case 8 -> LIST + "Host: localhost\r\n : x\r\n\u00e9: y\r\n" + more;
      default -> LIST + "Host: localhost\r\nX: never ended";
    };
  }

  private String length(String authorization) {
    String head = START + JSON + authorization + "\r\n";
    return switch (draw.below(6)) {
      case 0 -> head + "Content-Length: 1000\r\n\r\n{\"domain\":";
      case 1 -> head + "Content-Length: -1\r\n\r\n{}";
      case 2 -> head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x";
      case 3 -> head + "Content-Length: 99999999999999999999\r\n\r\n{}";
      case 4 -> head + "Content-Length: two\r\n\r\n{}";
      default -> head + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / ";
    };
  }

  private String chunks(String authorization) {
    String head = START + JSON + authorization + "\r\nTransfer-Encoding: ";
    return switch (draw.below(8)) {
      case 0 -> head + "chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n";
      case 1 -> head + "chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n";
      case 2 -> head + "chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n{}\r\n";
      case 3 -> head + "chunked\r\n\r\n2\r\n{}";
      case 4 -> head + "chunked\r\n\r\n2;" + "e".repeat(draw.below(20_000)) + "\r\n{}\r\n0\r\n\r\n";
      case 5 -> head + "chunked\r\n\r\n2\r\n{}xx0\r\n\r\n";
      case 6 -> head + "chunked, chunked\r\n\r\n0\r\n\r\n";
      default -> head + "\u00e9\r\n\r\n{}";
    };
  }
}
