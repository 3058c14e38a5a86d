package dev.virtferry.libvirt.client;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.libvirt.Asker;
import dev.virtferry.libvirt.client.Places.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlacesTest {

  private static final Asker CROWD = new Asker("token:crowd");
  private static final Asker OTHER = new Asker("token:other");
  private static final Asker THIRD = new Asker("token:third");
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(20);

  private final Places places = new Places(1, 1);
  private final BlockingQueue<Served> served = new LinkedBlockingQueue<>();

  private record Served(Asker asker, @Nullable Place place) {}

  @Test
  void aCrowdOfOneCallerIsOneOfThoseWhoseTurnItIs() throws InterruptedException {
    Place taken = requireNonNull(places.take(LONG));
    for (Asker asker : List.of(CROWD, CROWD, CROWD, CROWD, OTHER, OTHER, THIRD)) {
      waits(asker);
    }
    assertThat(servedAfter(taken, 7))
        .containsExactly(CROWD, OTHER, THIRD, CROWD, OTHER, CROWD, CROWD);
    assertThat(places.taken()).isZero();
  }

  @Test
  void aMigrationGoesFirstAndLeavesEverySecondPlaceToWhoeverReads() throws InterruptedException {
    Place taken = requireNonNull(places.take(LONG));
    for (Asker asker :
        List.of(CROWD, OTHER, Asker.MIGRATION, Asker.MIGRATION, Asker.MIGRATION, Asker.MIGRATION)) {
      waits(asker);
    }
    assertThat(servedAfter(taken, 6))
        .containsExactly(
            Asker.MIGRATION, CROWD, Asker.MIGRATION, OTHER, Asker.MIGRATION, Asker.MIGRATION);
  }

  @Test
  void tellsForHowLongNoPlaceWasFree() throws InterruptedException {
    assertThat(places.taken()).isZero();
    Place taken = requireNonNull(places.take(LONG));
    await().until(() -> places.taken().compareTo(SHORT) > 0);
    waits(OTHER);
    taken.end();
    Served next = requireNonNull(served.poll(1, TimeUnit.MINUTES));
    assertThat(places.taken()).isLessThan(LONG);
    requireNonNull(next.place()).end();
    assertThat(places.taken()).isZero();
  }

  @Test
  void whoGivesUpIsNotServed() throws InterruptedException {
    Place taken = requireNonNull(places.take(LONG));
    assertThat(places.take(SHORT)).isNull();
    waits(OTHER);
    assertThat(servedAfter(taken, 1)).containsExactly(OTHER);
    assertThat(places.taken()).isZero();
  }

  @Test
  void whoIsInterruptedIsNotServed() {
    Place taken = requireNonNull(places.take(LONG));
    Thread.currentThread().interrupt();
    assertThat(places.take(LONG)).isNull();
    assertThat(Thread.interrupted()).isTrue();
    taken.end();
    assertThat(places.taken()).isZero();
  }

  @Test
  void aCallThatHangsLeavesItsPlaceToTheNext() {
    Place hanging = requireNonNull(places.take(LONG));
    hanging.hang();
    Place next = requireNonNull(places.take(SHORT));
    next.hang();
    assertThat(places.take(SHORT)).as("no more than there are in reserve").isNull();
    hanging.end();
    assertThat(places.take(SHORT)).as("the reserve is not for those who do not hang").isNull();
    next.end();
    assertThat(places.take(SHORT)).isNotNull();
    assertThat(places.take(SHORT)).isNull();
  }

  @Test
  void whatEndsBeforeItIsFoundHangingGivesItsPlaceBackOnce() {
    Place quick = requireNonNull(places.take(LONG));
    quick.end();
    quick.hang();
    assertThat(places.take(SHORT)).isNotNull();
    assertThat(places.take(SHORT)).isNull();
  }

  /** Begins to wait, and is in the queue when this returns. */
  private void waits(Asker asker) {
    var waiter =
        Thread.ofPlatform()
            .daemon()
            .start(() -> served.add(asker.asks(() -> new Served(asker, places.take(LONG)))));
    await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
  }

  /** One place goes from hand to hand. */
  private List<Asker> servedAfter(Place first, int count) throws InterruptedException {
    first.end();
    var order = new ArrayList<Asker>();
    while (order.size() < count) {
      Served next = requireNonNull(served.poll(1, TimeUnit.MINUTES));
      order.add(next.asker());
      requireNonNull(next.place()).end();
    }
    return order;
  }
}
