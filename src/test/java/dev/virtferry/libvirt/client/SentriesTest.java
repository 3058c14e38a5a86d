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
  private final List<CompletableFuture<Void>> waiting = new ArrayList<>();
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
    sentries.post("web");
    assertThat(posted).as("at once, as one may be locked later").hasSize(3);
    asked.clear();
  }

  private void waits(String domain) {
    locked.add(domain);
    waiting.add(CompletableFuture.runAsync(() -> sentries.hear(domain), Thread.ofVirtual()::start));
    await().until(() -> asked.contains(domain));
  }

  private long open() {
    return posted.stream().filter(sentry -> !sentry.closed).count();
  }

  @Test
  void asksForEachOnceAllArePosted() {
    allPosted();
    sentries.hear("db");
    sentries.hear("mail");
    assertThat(asked).containsExactly("db", "mail");
  }

  @Test
  void hearsTheOthersBesideTwoThatAreLocked() {
    allPosted();
    waits("web");
    waits("db");
    sentries.hear("mail");
    waits("shop");
    assertThat(sentries.know("mail")).as("its call waits for a place").isTrue();
    unlocked.countDown();
    waiting.forEach(CompletableFuture::join);
    sentries.hear("mail");
    assertThat(asked).containsExactly("web", "db", "mail", "shop", "mail");
    assertThat(open()).isEqualTo(3);
  }

  /** Those that stand are asked for all that they know, whoever waits for a list. */
  @Test
  void keepsThoseThatStandWhileAListHangs() {
    allPosted();
    locked.add("web");
    var posting = CompletableFuture.runAsync(() -> sentries.post("new"), Thread.ofVirtual()::start);
    await().until(() -> asked.contains("*"));
    sentries.hear("db");
    assertThat(open()).isEqualTo(3);
    unlocked.countDown();
    posting.join();
    assertThat(open()).isEqualTo(3);
  }

  @Test
  void doesNotWaitForOneThatNobodyKnows() {
    allPosted();
    assertThat(sentries.know("new")).isFalse();
    sentries.post("new");
    sentries.hear("new");
    assertThat(sentries.know("new")).isFalse();
    assertThat(asked).containsExactly("*");
    assertThat(open()).isEqualTo(3);
  }

  @Test
  void allKnowANewcomerThatOneOfThemSaw() {
    allPosted();
    locked.add("web");
    waits("web");
    locked.clear();
    there.add("new");
    sentries.post("new");
    unlocked.countDown();
    waiting.forEach(CompletableFuture::join);
    assertThat(posted.stream().filter(sentry -> !sentry.closed))
        .isNotEmpty()
        .allMatch(sentry -> sentry.knows("new"));
  }

  @Test
  void leavesToTheNextCallToTellThatTheHostFails() {
    allPosted();
    failure = new LibvirtFailure(38, 7, "Cannot recv data");
    sentries.hear("web");
    assertThat(open()).isEqualTo(2);
    failure = new HostUnreachable("kvm-a", "no");
    assertThatThrownBy(() -> sentries.post("new")).isSameAs(failure);
    failure = null;
    sentries.post("new");
    assertThat(open()).isEqualTo(3);
  }

  @Test
  void dismissesThoseWhoseConnectionIsDead() {
    allPosted();
    posted.forEach(sentry -> sentry.dead = true);
    assertThat(sentries.know("web")).isFalse();
    sentries.post("web");
    assertThat(posted).hasSize(6);
    assertThat(posted.subList(0, 3)).allMatch(sentry -> sentry.closed);
    sentries.close();
    assertThat(open()).isZero();
  }
}
