package dev.virtferry.libvirt.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedAnswersTest {

  private final SharedAnswers<String, String> answers = new SharedAnswers<>();
  private final List<Thread> callers = new ArrayList<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final CountDownLatch goOn = new CountDownLatch(1);

  @AfterEach
  void nothingIsRemembered() {
    goOn.countDown();
    await().until(() -> callers.stream().noneMatch(Thread::isAlive));
    assertThat(answers.questions()).isZero();
  }

  private String slowly() {
    int number = asked.incrementAndGet();
    try {
      goOn.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (number == 2) {
      throw new IllegalArgumentException("the second fails");
    }
    return "answer " + number;
  }

  /** Asks in a thread of its own, and returns when that waits. */
  private FutureTask<String> ask() {
    var call =
        new FutureTask<>(() -> {
          try {
            return answers.ask("images", this::slowly);
          } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
          }
        });
    Thread caller = Thread.ofPlatform().start(call);
    callers.add(caller);
    await().until(() -> caller.getState() == Thread.State.WAITING);
    return call;
  }

  @Test
  void whoComesMeanwhileSharesOneMoreAnswerOrFailure() throws Exception {
    FutureTask<String> first = ask();
    List<FutureTask<String>> crowd = List.of(ask(), ask(), ask());
    assertThat(asked).hasValue(1);
    goOn.countDown();
    assertThat(first.get()).isEqualTo("answer 1");
    for (FutureTask<String> one : crowd) {
      assertThat(one.get()).isEqualTo("the second fails");
    }
    assertThat(answers.ask("images", this::slowly)).isEqualTo("answer 3");
  }

  @Test
  void anotherQuestionWaitsForNobody() {
    FutureTask<String> first = ask();
    assertThat(answers.ask("backups", () -> "at once")).isEqualTo("at once");
    assertThat(first).isNotDone();
  }
}
