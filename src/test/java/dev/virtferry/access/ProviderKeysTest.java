package dev.virtferry.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.RemoteKeySourceException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.virtferry.migration.MovedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** How often a provider is asked for its keys, under a clock that the test moves. */
class ProviderKeysTest {

  private final List<JWK> told = new ArrayList<>();
  private int asked;
  private boolean away;

  private final MovedClock clock = new MovedClock();
  private final ProviderKeys keys = new ProviderKeys(this::tell, clock);

  private JWKSet tell() {
    asked++;
    if (away) {
      throw new IllegalStateException("away");
    }
    return new JWKSet(List.copyOf(told));
  }

  private void has(String... ids) {
    told.clear();
    for (String id : ids) {
      try {
        told.add(new ECKeyGenerator(Curve.P_256).keyID(id).generate());
      } catch (JOSEException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private List<String> found(String id) {
    try {
      return keys.get(new JWKSelector(new JWKMatcher.Builder().keyID(id).build()), null).stream()
          .map(JWK::getKeyID)
          .toList();
    } catch (KeySourceException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertAway(String id) {
    assertThatThrownBy(() -> found(id)).hasCauseInstanceOf(RemoteKeySourceException.class);
  }

  @Test
  void asksOnceForKeysThatItKnows() {
    has("a", "b");
    assertThat(found("a")).containsExactly("a");
    for (int call = 0; call < 100; call++) {
      found("b");
    }
    assertThat(asked).isEqualTo(1);
  }

  @Test
  void keysThatSomebodyMadeUpCostOneQuestionAMinute() {
    has("a");
    found("a");
    for (int second = 0; second < 600; second++) {
      clock.move(Duration.ofSeconds(1));
      assertThat(found("made-up-" + second)).isEmpty();
      assertThat(found("a")).containsExactly("a");
    }
    assertThat(asked).isEqualTo(1 + 10);
  }

  @Test
  void aNewKeyIsTakenWithinAMinuteAndAnOldOneGoesWithFive() {
    has("a");
    found("a");
    clock.move(Duration.ofHours(1));
    has("a", "b");
    assertThat(found("b")).containsExactly("b");
    has("b");
    assertThat(found("a")).containsExactly("a");
    clock.move(ProviderKeys.OLD);
    assertThat(found("a")).isEmpty();

    has("b", "c");
    found("made-up");
    clock.move(ProviderKeys.PAUSE);
    assertThat(found("c")).containsExactly("c");
  }

  @Test
  void aProviderThatIsAwayMakesNoKnownKeyInvalid() {
    has("a");
    found("a");
    away = true;
    for (int minute = 0; minute < 600; minute++) {
      clock.move(Duration.ofMinutes(1));
      assertThat(found("a")).containsExactly("a");
    }
    assertAway("new");
    int before = asked;
    for (int call = 0; call < 150; call++) {
      assertAway("new-" + call);
      assertThat(found("a")).containsExactly("a");
    }
    assertThat(asked).isEqualTo(before);

    away = false;
    has("new");
    clock.move(ProviderKeys.PAUSE);
    assertThat(found("new")).containsExactly("new");
    assertThat(found("a")).isEmpty();
  }

  @Test
  void aProviderThatWasNeverThereIsAskedAgainSoonButNotByEveryCall() {
    has("a");
    away = true;
    for (int call = 0; call < 150; call++) {
      assertAway("a");
    }
    assertThat(asked).isEqualTo(1);
    away = false;
    clock.move(ProviderKeys.FIRST_PAUSE);
    assertThat(found("a")).containsExactly("a");
  }

  @Test
  void nobodyWhoseKeyIsKnownWaitsForAProviderThatHangs() throws InterruptedException {
    var hangs = new CountDownLatch(1);
    var isAsked = new CountDownLatch(1);
    var first = new AtomicReference<>(true);
    has("a");
    var slow =
        new ProviderKeys(
            () -> {
              if (!first.getAndSet(false)) {
                isAsked.countDown();
                awaitIt(hangs);
              }
              return new JWKSet(told);
            },
            clock);
    var known = new JWKSelector(new JWKMatcher.Builder().keyID("a").build());
    var madeUp = new JWKSelector(new JWKMatcher.Builder().keyID("made-up").build());
    assertThat(get(slow, known)).hasSize(1);
    clock.move(ProviderKeys.OLD);
    Thread waits = Thread.ofPlatform().start(() -> get(slow, madeUp));
    isAsked.await();
    assertThat(get(slow, known)).hasSize(1);
    assertThat(waits.isAlive()).isTrue();
    hangs.countDown();
    waits.join();
  }

  private static List<JWK> get(ProviderKeys keys, JWKSelector wanted) {
    try {
      return keys.get(wanted, null);
    } catch (KeySourceException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitIt(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aClockThatIsSetBackLocksNobodyOut() {
    has("a");
    away = true;
    assertAway("a");
    clock.set(Duration.ofHours(-3));
    away = false;
    clock.move(ProviderKeys.FIRST_PAUSE);
    assertThat(found("a")).containsExactly("a");

    clock.set(Duration.ofHours(-3));
    has("b");
    clock.move(ProviderKeys.PAUSE);
    assertThat(found("b")).containsExactly("b");
    clock.set(Duration.ofHours(-3));
    has("c");
    clock.move(ProviderKeys.OLD);
    assertThat(found("b")).as("a key that was withdrawn").isEmpty();
  }
}
