package dev.virtferry.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
    assertThat(turns.begin(WEB, LONG)).isTrue();
    assertThat(turns.begin(WEB, SHORT)).isFalse();
    assertThat(turns.begin(DB, LONG)).isTrue();
  }

  @Test
  void theNextWaitsForTheEndOfTheOneBefore() {
    assertThat(turns.begin(WEB, LONG)).isTrue();
    var next = CompletableFuture.supplyAsync(() -> turns.begin(WEB, LONG));
    turns.end(WEB);
    assertThat(next.join()).isTrue();
    assertThat(turns.begin(WEB, SHORT)).isFalse();
  }

  @Test
  void nobodyWaitsBehindACallThatIsOverdue() {
    assertThat(turns.begin(WEB, LONG)).isTrue();
    long begun = System.nanoTime();
    await().until(() -> System.nanoTime() - begun > SHORT.toNanos());
    Thread.currentThread().interrupt();
    assertThat(turns.begin(WEB, SHORT)).isFalse();
    assertThat(Thread.interrupted()).as("not even begun to wait").isTrue();
    turns.end(WEB);
    assertThat(turns.begin(WEB, SHORT)).isTrue();
  }
}
