package dev.virtferry.libvirt.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.libvirt.DomainEvent;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.Watch;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostEventStreamTest {

  private static final HostAddress HOST = new HostAddress("kvm-a", "qemu+tls://kvm-a/system");
  private static final UUID DOMAIN = UUID.randomUUID();

  private final List<Played> opened = new CopyOnWriteArrayList<>();
  private final AtomicInteger refusals = new AtomicInteger();
  private final AtomicInteger attempts = new AtomicInteger();
  private final List<DomainEvent> heard = new CopyOnWriteArrayList<>();
  private final HostEventStream line =
      new HostEventStream(
          HOST,
          this::open,
          new HostEventStream.Patience(
              Duration.ofMillis(5), Duration.ofMillis(5), Duration.ofMillis(20)));

  /** A connection that a test lets die. */
  private static final class Played implements HostEventStream.Connection {

    private final BiConsumer<UUID, DomainEvent> listener;
    private volatile boolean alive = true;
    private volatile boolean closed;

    Played(BiConsumer<UUID, DomainEvent> listener) {
      this.listener = listener;
    }

    @Override
    public boolean alive() {
      return alive;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private HostEventStream.Connection open(
      HostAddress host, BiConsumer<UUID, DomainEvent> listener) {
    attempts.incrementAndGet();
    if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new HostUnreachable(host.name(), "played");
    }
    var connection = new Played(listener);
    opened.add(connection);
    return connection;
  }

  private void awaitListening(int times) {
    await().until(() -> heard.stream().filter(DomainEvent.LISTENING::equals).count() == times);
  }

  @AfterEach
  void nobodyListens() {
    line.close();
  }

  @Test
  void tellsTheNewsOfTheWatchedDomainAlone() {
    line.watch(DOMAIN, heard::add);
    awaitListening(1);
    opened.getFirst().listener.accept(UUID.randomUUID(), DomainEvent.STOPPED);
    opened.getFirst().listener.accept(DOMAIN, DomainEvent.RESUMED);
    assertThat(heard).containsExactly(DomainEvent.LISTENING, DomainEvent.RESUMED);
  }

  @Test
  void hearsNothingMoreOnceClosedAndKeepsNoConnectionForNobody() {
    Watch watch = line.watch(DOMAIN, heard::add);
    awaitListening(1);
    watch.close();
    watch.close();
    await().until(() -> opened.getFirst().closed);
    opened.getFirst().listener.accept(DOMAIN, DomainEvent.RESUMED);
    assertThat(heard).containsExactly(DomainEvent.LISTENING);
  }

  @Test
  void sharesOneConnectionBetweenAllWatchesOfAHost() {
    Watch first = line.watch(DOMAIN, heard::add);
    awaitListening(1);
    line.watch(DOMAIN, heard::add);
    first.close();
    opened.getFirst().listener.accept(DOMAIN, DomainEvent.STOPPED);
    assertThat(heard)
        .containsExactly(DomainEvent.LISTENING, DomainEvent.LISTENING, DomainEvent.STOPPED);
    assertThat(opened).hasSize(1);
    assertThat(opened.getFirst().closed).isFalse();
  }

  /** The thread may not have noticed yet that nobody listened for a moment. */
  @Test
  void tellsWhoeverComesWhileItHearsTheHostAlready() {
    line.watch(DOMAIN, heard::add);
    awaitListening(1);
    List<DomainEvent> later = new CopyOnWriteArrayList<>();
    line.watch(DOMAIN, later::add);
    assertThat(later).containsExactly(DomainEvent.LISTENING);
  }

  @Test
  void opensAnotherConnectionWhenOneDiedAndSaysSo() {
    line.watch(DOMAIN, heard::add);
    awaitListening(1);
    opened.getFirst().alive = false;
    awaitListening(2);
    assertThat(opened.getFirst().closed).isTrue();
    opened.getLast().listener.accept(DOMAIN, DomainEvent.JOB_COMPLETED);
    assertThat(heard).endsWith(DomainEvent.JOB_COMPLETED);
  }

  /** Behind virtproxyd libvirt believes in a connection whose daemon is another one by now. */
  @Test
  void opensAnotherConnectionWhenThoseBesideItBroke() {
    line.watch(DOMAIN, heard::add);
    awaitListening(1);
    line.doubt();
    awaitListening(2);
    assertThat(opened.getFirst().closed).isTrue();
  }

  @Test
  void triesAgainUntilTheHostCanBeHeard() {
    refusals.set(4);
    line.watch(DOMAIN, heard::add);
    awaitListening(1);
    assertThat(attempts).hasValue(5);
  }

  @Test
  void opensAfreshForWhoeverComesAfterEverybodyLeft() {
    for (int cycle = 1; cycle <= 5; cycle++) {
      Watch watch = line.watch(DOMAIN, heard::add);
      awaitListening(cycle);
      watch.close();
      await().until(() -> opened.stream().allMatch(connection -> connection.closed));
    }
    assertThat(opened).hasSize(5);
  }

  @Test
  void keepsNobodyWaitingForAnOpenThatHangs() {
    var release = new CountDownLatch(1);
    var begun = new CountDownLatch(1);
    var hanging =
        new HostEventStream(
            HOST,
            (_, listener) -> {
              begun.countDown();
              awaitQuietly(release);
              var late = new Played(listener);
              opened.add(late);
              return late;
            },
            HostEventStream.Patience.USUAL);
    Watch watch = hanging.watch(DOMAIN, heard::add);
    awaitQuietly(begun);
    watch.close();
    release.countDown();
    await().until(() -> !opened.isEmpty() && opened.getFirst().closed);
    assertThat(heard).isEmpty();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
