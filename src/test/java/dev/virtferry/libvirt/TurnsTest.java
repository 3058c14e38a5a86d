package dev.virtferry.libvirt;

import static dev.virtferry.libvirt.Errand.CARRYING;
import static dev.virtferry.libvirt.Errand.READING;
import static dev.virtferry.libvirt.Turns.Chance.CROWDED;
import static dev.virtferry.libvirt.Turns.Chance.HANGS;
import static dev.virtferry.libvirt.Turns.Chance.TAKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class TurnsTest {

  private static final UUID WEB = UUID.randomUUID();
  private static final UUID DB = UUID.randomUUID();
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final Executor OWN_THREAD = task -> Thread.ofPlatform().daemon().start(task);

  private final Turns<UUID> turns = new Turns<>();

  @Test
  void oneCallAtATimeForEachGuest() {
    assertThat(turns.begin(WEB, READING, SHORT)).isEqualTo(TAKEN);
    assertThat(turns.begin(WEB, READING, SHORT)).isEqualTo(HANGS);
    assertThat(turns.begin(WEB, CARRYING, SHORT)).isEqualTo(HANGS);
    assertThat(turns.begin(DB, READING, LONG)).isEqualTo(TAKEN);
  }

  @Test
  void theNextWaitsForTheEndOfTheOneBefore() {
    assertThat(turns.begin(WEB, READING, LONG)).isEqualTo(TAKEN);
    var next = CompletableFuture.supplyAsync(() -> turns.begin(WEB, READING, SHORT), OWN_THREAD);
    turns.end(WEB);
    assertThat(next.join()).isEqualTo(TAKEN);
    assertThat(turns.begin(WEB, READING, SHORT)).isEqualTo(HANGS);
  }

  @Test
  void nobodyWaitsBehindACallThatIsOverdue() {
    assertThat(turns.begin(WEB, READING, SHORT)).isEqualTo(TAKEN);
    await().until(() -> turns.hangs(WEB, SHORT));
    Thread.currentThread().interrupt();
    assertThat(turns.begin(WEB, READING, SHORT)).isEqualTo(HANGS);
    assertThat(Thread.interrupted()).as("not even begun to wait").isTrue();
    turns.end(WEB);
    assertThat(turns.hangs(WEB, SHORT)).isFalse();
    assertThat(turns.begin(WEB, READING, SHORT)).isEqualTo(TAKEN);
  }

  /** Such as the making of a large volume. */
  @Test
  void aCallThatHasTimeLeftIsNotCalledHung() {
    assertThat(turns.begin(WEB, CARRYING, LONG)).isEqualTo(TAKEN);
    assertThat(turns.begin(WEB, CARRYING, SHORT)).isEqualTo(CROWDED);
    assertThat(turns.hangs(WEB, SHORT)).isFalse();
  }

  @Test
  void whoWaitsInVainBehindOthersThatAreAnsweredDoesNotCallThemHung() {
    assertThat(turns.begin(WEB, READING, LONG)).isEqualTo(TAKEN);
    Thread.currentThread().interrupt();
    assertThat(turns.begin(WEB, READING, LONG)).isEqualTo(CROWDED);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aMigrationOvertakesAllButOneOfThoseWhoRead() {
    assertThat(turns.begin(WEB, READING, LONG)).isEqualTo(TAKEN);
    List<Errand> order = new CopyOnWriteArrayList<>();
    List<Thread> waiting = new ArrayList<>();
    for (Errand errand : List.of(READING, READING, READING, CARRYING)) {
      Thread thread =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                assertThat(turns.begin(WEB, errand, LONG)).isEqualTo(TAKEN);
                order.add(errand);
                turns.end(WEB);
              });
      waiting.add(thread);
      await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    }
    turns.end(WEB);
    await().until(() -> waiting.stream().noneMatch(Thread::isAlive));
    assertThat(order).containsExactly(READING, CARRYING, READING, READING);
  }

  @Test
  void whoeverMakesNamesUpFillsNoMemory() {
    assertThat(turns.begin(WEB, READING, SHORT)).isEqualTo(TAKEN);
    assertThat(turns.begin(WEB, READING, SHORT)).isEqualTo(HANGS);
    turns.end(WEB);
    assertThat(turns.size()).isZero();
  }
}
