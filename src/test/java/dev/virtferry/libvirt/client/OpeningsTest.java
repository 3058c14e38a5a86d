package dev.virtferry.libvirt.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.virtferry.libvirt.HostUnreachable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

class OpeningsTest {

  private final LinkedBlockingQueue<CompletableFuture<String>> answers =
      new LinkedBlockingQueue<>();
  private final List<String> closed = new CopyOnWriteArrayList<>();

  /** Each waits for the next answer, as a native call does that can't be interrupted. */
  private final Openings<String> openings =
      new Openings<>("kvm-a", this::open, closed::add, Duration.ofMillis(50));

  private String open() {
    return answers.remove().join();
  }

  private CompletableFuture<String> nextAnswer() {
    var answer = new CompletableFuture<String>();
    answers.add(answer);
    return answer;
  }

  @Test
  void givesWhatWasOpened() {
    nextAnswer().complete("one");
    assertThat(openings.next()).isEqualTo("one");
    assertThat(closed).isEmpty();
  }

  @Test
  void tellsWhyNothingWasOpened() {
    nextAnswer().completeExceptionally(new IllegalStateException("played"));
    assertThatThrownBy(openings::next).hasMessage("played");
    assertThat(openings.hanging()).isZero();
  }

  @Test
  void opensAnotherOneWhereTheFirstOneHangs() {
    CompletableFuture<String> hangs = nextAnswer();
    assertThatThrownBy(openings::next)
        .isInstanceOf(HostUnreachable.class)
        .hasMessageContaining("no connection was opened");
    assertThat(openings.hanging()).isOne();
    nextAnswer().complete("two");
    assertThat(openings.next()).isEqualTo("two");

    hangs.complete("one");
    await().until(() -> closed.equals(List.of("one")));
    assertThat(openings.hanging()).isZero();
  }

  @Test
  void forgetsOneThatHungAndThenFailed() {
    CompletableFuture<String> hangs = nextAnswer();
    assertThatThrownBy(openings::next).isInstanceOf(HostUnreachable.class);
    hangs.completeExceptionally(new IllegalStateException("the peer was reset"));
    await().until(() -> openings.hanging() == 0);
    assertThat(closed).isEmpty();
  }
}
