package dev.virtferry.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What anybody can send in great numbers, without a token or with one that is not enough. */
enum Flood {
  FORMS(2, null) {
    @Override
    String text(long number, String authorization) {
      String form = "%zz=" + number;
      return "PUT / HTTP/1.1\r\nHost: localhost\r\n"
          + FORM
          + "Content-Length: "
          + form.length()
          + "\r\n\r\n"
          + form;
    }
  },
  LANGUAGES(2, null) {
    @Override
    String text(long number, String authorization) {
      String address = number % 2 == 0 ? "/v3/api-docs" : "/v1/hosts";
      return String.format(
          Locale.ROOT,
          "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en-x-a%d\r\n\r\n",
          address,
          number);
    }
  },
  REFUSED_CALLS(2, null) {
    @Override
    String text(long number, String authorization) {
      String body =
          String.format(
              Locale.ROOT,
              "{\"domain\":\"nobody-%d\",\"destUri\":\"qemu+tls://x/system\"}",
              number);
      return "POST /v1/migrations HTTP/1.1\r\nHost: localhost\r\n"
          + authorization
          + "Content-Type: application/json\r\nContent-Length: "
          + body.length()
          + "\r\n\r\n"
          + body;
    }
  },
  SLOW_HEADS(RunningJar.MOST_CONNECTIONS, "X: y\r\n") {
    @Override
    String text(long number, String authorization) {
      return "GET / HTTP/1.1\r\n";
    }
  },
  SLOW_FORMS(RunningJar.MOST_CONNECTIONS, "a") {
    @Override
    String text(long number, String authorization) {
      return "POST /v1/migrations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
          + FORM
          + "\r\n";
    }
  };

  private static final String FORM = "Content-Type: application/x-www-form-urlencoded\r\n";
  private static final long BETWEEN_BYTES_NANOS = 200_000_000;

  private final int clients;
  private final @Nullable String drip;

  Flood(int clients, @Nullable String drip) {
    this.clients = clients;
    this.drip = drip;
  }

  /** What is sent at once. */
  abstract String text(long number, String authorization);

  /** Whether what follows comes a byte at a time, and never comes to its end. */
  boolean slow() {
    return drip != null;
  }

  /** Comes until it is told that it is over. */
  List<Thread> begin(RunningJar jar, AtomicLong sent, AtomicBoolean over) throws IOException {
    String authorization = "Authorization: Bearer " + jar.token() + "\r\n";
    List<Thread> threads = new ArrayList<>();
    for (int client = 0; client < clients; client++) {
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                while (!over.get()) {
                  come(jar.port(), authorization, sent, over);
                }
              }));
    }
    return threads;
  }

  private void come(int port, String authorization, AtomicLong sent, AtomicBoolean over) {
    try {
      if (drip == null) {
        quickly(port, authorization, sent, over);
      } else {
        slowly(port, authorization, sent, over, drip);
      }
    } catch (IOException e) {
      // The service has ended the connection, and the flood comes again.
    }
  }

  private void quickly(int port, String authorization, AtomicLong sent, AtomicBoolean over)
      throws IOException {
    try (var wire = new Wire(port)) {
      while (!over.get()) {
        long number = sent.getAndIncrement();
        wire.exchange(new Sent(number, name(), text(number, authorization), false, true));
      }
    }
  }

  private void slowly(
      int port, String authorization, AtomicLong sent, AtomicBoolean over, String drip)
      throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      long number = sent.getAndIncrement();
      socket.getOutputStream().write(text(number, authorization).getBytes(US_ASCII));
      for (int i = 0; !over.get(); i++) {
        socket.getOutputStream().write(drip.charAt(i % drip.length()));
        LockSupport.parkNanos(BETWEEN_BYTES_NANOS);
      }
    }
  }
}
