package dev.virtferry.libvirt.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Nobody is looked up who is locked, and everybody else is heard. */
class SentriesTest {

  private final Set<String> there = ConcurrentHashMap.newKeySet();
  private final Set<String> locked = ConcurrentHashMap.newKeySet();
  private final CountDownLatch unlocked = new CountDownLatch(1);
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<Posted> posted = new CopyOnWriteArrayList<>();
  private final List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
  private @Nullable RuntimeException failure;
  private final Sentries sentries = new Sentries(this::post, 3);

  private final class Posted implements Sentries.Sentry {
    private final Set<String> known = new HashSet<>(there);
    private boolean dead;
    private boolean closed;

    @Override
    public boolean alive() {
      return !dead;
    }

    @Override
    public boolean knows(String domain) {
      return known.contains(domain);
    }

    @Override
    public void hear(String domain) {
      assertThat(closed).isFalse();
      if (failure != null) {
        throw failure;
      }
      if (known.contains(domain)) {
        asked.add(domain);
        waitWhileLocked(Set.of(domain));
      }
    }

    @Override
    public void close() {
      assertThat(closed).as("closed once").isFalse();
      closed = true;
    }
  }

  private Posted post() {
    if (failure != null) {
      throw failure;
    }
    asked.add("*");
    waitWhileLocked(there);
    var fresh = new Posted();
    posted.add(fresh);
    return fresh;
  }

  private void waitWhileLocked(Set<String> domains) {
    if (domains.stream().anyMatch(locked::contains)) {
      try {
        unlocked.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private void allPosted() {
    there.addAll(Set.of("web", "db", "mail", "shop"));
    assertThat(sentries.hear("web", true)).isTrue();
    assertThat(posted).as("at once, as one may be locked later").hasSize(3);
    asked.clear();
  }

  private void waits(String domain) {
    locked.add(domain);
    waiting.add(
        CompletableFuture.supplyAsync(
            () -> sentries.hear(domain, true), Thread.ofVirtual()::start));
    await().until(() -> asked.contains(domain));
  }

  private long open() {
    return posted.stream().filter(sentry -> !sentry.closed).count();
  }

  @Test
  void asksForEachOnceAllArePosted() {
    allPosted();
    assertThat(sentries.hear("db", true)).isTrue();
    assertThat(sentries.hear("mail", false)).isTrue();
    assertThat(asked).containsExactly("db", "mail");
  }

  @Test
  void hearsTheOthersBesideTwoThatAreLocked() {
    allPosted();
    waits("web");
    waits("db");
    assertThat(sentries.hear("mail", false)).isTrue();
    waits("shop");
    assertThat(sentries.hear("mail", false)).as("nobody is left").isFalse();
    unlocked.countDown();
    assertThat(waiting).allSatisfy(call -> assertThat(call.join()).isTrue());
    assertThat(sentries.hear("mail", false)).isTrue();
    assertThat(open()).isEqualTo(3);
  }

  /** One that is missing can't be posted then, and those that are there know enough. */
  @Test
  void asksOneThatKnowsItWhereAnotherIsMissing() {
    allPosted();
    posted.getFirst().dead = true;
    locked.add("db");
    assertThat(sentries.hear("web", true)).isTrue();
    assertThat(asked).containsExactly("web");
    unlocked.countDown();
  }

  @Test
  void saysThatItKnowsNothingWhereThereWasNoListYet() {
    there.add("web");
    assertThat(sentries.hear("web", false)).isFalse();
    assertThat(asked).isEmpty();
  }

  @Test
  void doesNotWaitForOneThatANewListDoesNotHave() {
    allPosted();
    assertThat(sentries.hear("new", false)).as("it may have come since").isFalse();
    assertThat(asked).isEmpty();
    assertThat(sentries.hear("new", true)).isTrue();
    assertThat(asked).containsExactly("*");
    assertThat(open()).isEqualTo(3);
  }

  @Test
  void allKnowANewcomerThatOneOfThemSaw() {
    allPosted();
    there.add("new");
    assertThat(sentries.know("new")).isFalse();
    assertThat(sentries.hear("new", true)).isTrue();
    assertThat(sentries.know("new")).isTrue();
    for (Posted sentry : posted.subList(posted.size() - 3, posted.size())) {
      assertThat(sentry.closed).isFalse();
      assertThat(sentry.knows("new")).isTrue();
    }
  }

  @Test
  void leavesToTheNextCallToTellThatTheHostFails() {
    allPosted();
    failure = new LibvirtFailure(38, 7, "Cannot recv data");
    assertThat(sentries.hear("web", true)).isTrue();
    assertThat(open()).isEqualTo(2);
    failure = new HostUnreachable("kvm-a", "no");
    assertThatThrownBy(() -> sentries.hear("new", true)).isSameAs(failure);
    failure = null;
    assertThat(sentries.hear("new", true)).isTrue();
    assertThat(open()).isEqualTo(3);
  }

  @Test
  void dismissesThoseWhoseConnectionIsDead() {
    allPosted();
    posted.forEach(sentry -> sentry.dead = true);
    assertThat(sentries.hear("web", true)).isTrue();
    assertThat(posted).hasSize(6);
    assertThat(posted.subList(0, 3)).allMatch(sentry -> sentry.closed);
    sentries.close();
    assertThat(open()).isZero();
  }
}
