package dev.virtferry.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Thousands of requests that nobody should send, to the jar as it is shipped. */
@Order(1)
@Tag("fuzz")
class MalformedRequestsIT {

  private static final long SEED = Long.getLong("fuzz.seed", 1);
  private static final int REQUESTS = Integer.getInteger("fuzz.requests", 4_000);
  private static final int WARM = Math.min(5_000, REQUESTS / 2);
  private static final int CLIENTS = 8;
  private static final long TOLERABLE_GROWTH = 8L << 20;
  private static final int SHOWN = 400;
  private static final Duration FLOOD = Duration.ofSeconds(Long.getLong("fuzz.flood", 1));
  private static final Duration TOLERABLE_WAIT = Duration.ofSeconds(1);

  @TempDir static Path directory;

  private static RunningJar jar;
  private static Judge judge;

  private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
  private final Map<String, AtomicLong> answers = new ConcurrentHashMap<>();

  @BeforeAll
  static void theJarRuns() throws IOException {
    jar = RunningJar.start(directory);
    judge = new Judge(Path.of("docs", "problems.md"));
  }

  @AfterAll
  static void theJarEnds() {
    jar.close();
  }

  /** What was found once, or is decided before Spring hears of it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GET /v1/migrations?=1 HTTP/1.1          | X: y                              | 400
          GET /v1/migrations?domain=%zz HTTP/1.1  | X: y                              | 400
          GET /v1/migrations?state=%00 HTTP/1.1   | X: y                              | 400
          POST /v1/migrations HTTP/1.1            | Content-Type: multipart/form-data | 415
          GET /error HTTP/1.1                     | X: y                              | 404
          GET /v1/hosts/%2F HTTP/1.1              | X: y                              | 400
          TRACE /v1/hosts HTTP/1.1                | X: y                              | 405
          GET /v1/<> HTTP/1.1                     | X: y                              | 400
          GET /v1/hosts HTTP/1.1                  | Expect: nothing                   | 417
          GET /v1/hosts HTTP/9.9                  | X: y                              | 505
          PUT /?%zz=1 HTTP/1.1                    | X: y                              | 405
          GET /console/%zz HTTP/1.1               | X: y                              | 400
          """)
  void refusesWithAProblemDocument(String line, String header, int status) throws IOException {
    String token = jar.token();
    String authorization = token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n";
    String text = "%s\r\nHost: localhost\r\n%s\r\n%s\r\n".formatted(line, header, authorization);
    var sent = new Sent(0, "known", text, true, false);
    try (var wire = new Wire(jar.port())) {
      Answer answer = wire.exchange(sent);
      assertThat(answer.status()).isEqualTo(status);
      assertThat(judge.complaint(sent, answer)).isEmpty();
    }
  }

  @Test
  void noRequestMakesTheServiceFailHangGrowOrTellAboutItsInside() throws Exception {
    var requests = new Requests(ApiDescription.read(Path.of("openapi.yaml")), SEED, jar.token());
    long begun = System.nanoTime();
    send(requests, 0, WARM);
    long live = jar.liveBytes();
    long resident = jar.residentMiB();
    send(requests, WARM, REQUESTS);
    long growth = jar.liveBytes() - live;
    System.out.printf(
        "seed %d: %d requests in %.1f s, live heap %+d KiB after the first %d, resident %d then %d MiB,"
            + " answers %s%n",
        SEED,
        REQUESTS,
        (System.nanoTime() - begun) / 1e9,
        growth / 1024,
        WARM,
        resident,
        jar.residentMiB(),
        new TreeMap<>(answers));
    assertThat(complaints.stream().limit(20)).as("seed %d", SEED).isEmpty();
    assertThat(answers.keySet()).as("all kinds were sent").hasSizeGreaterThan(20);
    assertThat(growth).as("bytes that stay").isLessThan(TOLERABLE_GROWTH);
    assertThat(jar.answers()).as("a good request is still answered").isTrue();
  }

  /** What is quick is measured on one connection; what is slow, on a new one for each call. */
  @Test
  void noFloodTakesTheServiceFromWhoMayUseIt() throws Exception {
    floodFor(Flood.LANGUAGES, Duration.ofMillis(100));
    long live = jar.liveBytes();
    int audited = jar.audited();
    floodFor(Flood.FORMS, FLOOD);
    floodFor(Flood.LANGUAGES, FLOOD);
    floodFor(Flood.REFUSED_CALLS, FLOOD);
    floodFor(Flood.SLOW_HEADS, FLOOD.plus(RunningJar.DEADLINE));
    floodFor(Flood.SLOW_FORMS, FLOOD.plus(RunningJar.DEADLINE));
    long minutes = 1 + FLOOD.toMinutes();
    assertThat(jar.audited() - audited).as("entries").isLessThan((int) (20 * minutes));
    assertThat(jar.liveBytes() - live).as("bytes that stay").isLessThan(TOLERABLE_GROWTH);
  }

  private static void floodFor(Flood flood, Duration duration) throws Exception {
    var sent = new AtomicLong();
    var over = new AtomicBoolean();
    List<Thread> threads = flood.begin(jar, sent, over);
    long[] nanos;
    try {
      nanos = authorised(flood.slow(), duration);
    } finally {
      over.set(true);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    Duration worst = Duration.ofNanos(nanos[(int) (nanos.length * 0.99)]);
    System.out.printf(
        Locale.ROOT,
        "flood %s: %d in %d ms; %d calls of who may, median %.1f ms, 99 %% within %.1f ms%n",
        flood,
        sent.get(),
        duration.toMillis(),
        nanos.length,
        nanos[nanos.length / 2] / 1e6,
        worst.toNanos() / 1e6);
    assertThat(worst)
        .as("99th percentile beside %s", flood)
        .isLessThan(flood.slow() ? RunningJar.DEADLINE.plus(TOLERABLE_WAIT) : TOLERABLE_WAIT);
  }

  /** How long calls of somebody with a good token take, in order. */
  private static long[] authorised(boolean anew, Duration duration) throws Exception {
    var nanos = LongStream.builder();
    long begun = System.nanoTime();
    try (var kept = new Wire(jar.port())) {
      while (System.nanoTime() - begun < duration.toNanos()) {
        long from = System.nanoTime();
        if (anew) {
          assertThat(jar.answers()).isTrue();
        } else {
          assertThat(kept.exchange(jar.valid("/v1/migrations")).status()).isEqualTo(200);
        }
        nanos.add(System.nanoTime() - from);
      }
    }
    return nanos.build().sorted().toArray();
  }

  private void send(Requests requests, long from, long to) throws Exception {
    var next = new AtomicLong(from);
    List<Callable<Boolean>> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(() -> {
        try (var wire = new Wire(jar.port())) {
          for (long number = next.getAndIncrement(); number < to; number = next.getAndIncrement()) {
            exchange(wire, requests.request(number));
          }
        }
        return true;
      });
    }
    try (var threads = Executors.newFixedThreadPool(CLIENTS)) {
      for (Future<Boolean> client : threads.invokeAll(clients)) {
        client.get();
      }
    }
  }

  private void exchange(Wire wire, Sent sent) throws IOException {
    try {
      Answer answer = wire.exchange(sent);
      answers
          .computeIfAbsent(sent.kind() + " " + answer.status(), _ -> new AtomicLong())
          .incrementAndGet();
      judge
          .complaint(sent, answer)
          .ifPresent(complaint ->
              complaints.add(
                  "the answer to %s %s: %s%n%s"
                      .formatted(described(sent), complaint, answer.status(), cut(answer.body()))));
    } catch (SocketTimeoutException e) {
      wire.close();
      complaints.add("no answer in time to " + described(sent));
    }
  }

  private static String described(Sent sent) {
    return String.format(
        Locale.ROOT, "%d (%s)%n%s%n", sent.number(), sent.kind(), cut(sent.text()));
  }

  private static String cut(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }
}
