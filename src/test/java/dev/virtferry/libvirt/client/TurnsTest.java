package dev.virtferry.libvirt.client;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.libvirt.client.Turns.Turn;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TurnsTest {

  private static final UUID WEB = UUID.randomUUID();
  private static final UUID DB = UUID.randomUUID();
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(20);

  private final Turns<UUID> turns = new Turns<>();

  @Test
  void oneCallAtATimeForEachGuest() {
    assertThat(turns.begin(WEB, LONG)).isNotNull();
    assertThat(turns.begin(WEB, SHORT)).isNull();
    assertThat(turns.begin(DB, LONG)).isNotNull();
  }

  @Test
  void theNextWaitsForTheEndOfTheOneBefore() {
    Turn first = requireNonNull(turns.begin(WEB, LONG));
    var next = CompletableFuture.supplyAsync(() -> turns.begin(WEB, LONG));
    first.end();
    assertThat(next.join()).isNotNull();
    assertThat(turns.begin(WEB, SHORT)).isNull();
  }

  @Test
  void nobodyWaitsBehindACallThatIsOverdue() {
    Turn first = requireNonNull(turns.begin(WEB, LONG));
    long begun = System.nanoTime();
    await().until(() -> System.nanoTime() - begun > SHORT.toNanos());
    Thread.currentThread().interrupt();
    assertThat(turns.begin(WEB, SHORT)).isNull();
    assertThat(Thread.interrupted()).isTrue();
    first.end();
    assertThat(turns.begin(WEB, SHORT)).isNotNull();
  }

  @Test
  void asManyAtATimeAsTheKeyMayHave() {
    var lists = new Turns<String>(key -> key.isEmpty() ? 2 : 1);
    assertThat(lists.begin("", LONG)).isNotNull();
    assertThat(lists.begin("", LONG)).isNotNull();
    assertThat(lists.begin("", SHORT)).isNull();
    assertThat(lists.begin("web", LONG)).isNotNull();
    assertThat(lists.begin("web", SHORT)).isNull();
  }

  /** Names come from callers, who may know ever new ones. */
  @Test
  void keepsNothingOfThoseWhoseCallsHaveEnded() {
    Turn first = requireNonNull(turns.begin(WEB, LONG));
    assertThat(turns.begin(WEB, SHORT)).isNull();
    assertThat(turns.keys()).isEqualTo(1);
    first.end();
    first.end();
    assertThat(turns.keys()).isZero();
  }
}
