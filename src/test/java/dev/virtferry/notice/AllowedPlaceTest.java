package dev.virtferry.notice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.migration.MovedClock;
import dev.virtferry.time.Moment;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.springframework.web.client.RestClient;

/** Deliveries to one receiver, under a clock that the test moves. */
class AllowedPlaceTest {

  private final MovedClock clock = new MovedClock();
  private final AllowedPlace place = new AllowedPlace(RestClient.create(), new Posts());
  private final Queue<Duration> due = new PriorityQueue<>();
  private final Queue<Moment> underWay = new PriorityQueue<>(Comparator.comparing(Moment::passed));
  private int tries;

  private void announce(int deliveries) {
    for (int i = 0; i < deliveries; i++) {
      due.add(clock.now().passed());
    }
  }

  /** Time passes in which each delivery that begins takes so long; then it is not due any more. */
  private void pass(Duration time, Duration takes) {
    Moment began = clock.now();
    while (clock.now().within(time, began)) {
      while (!underWay.isEmpty() && !clock.now().within(takes, underWay.element())) {
        place.end(underWay.remove(), clock.now());
      }
      while (!due.isEmpty() && due.element().compareTo(clock.now().passed()) <= 0) {
        due.remove();
        tryOne();
      }
      clock.move(Duration.ofMillis(50));
    }
  }

  private void tryOne() {
    tries++;
    if (place.begin(clock.now())) {
      underWay.add(clock.now());
    } else {
      due.add(clock.now().passed().plus(place.turn(clock.now())));
    }
  }

  @Test
  void manyThatWaitForAReceiverThatNeverAnswersCostNoMoreThanAFew() {
    announce(2_000);
    pass(Duration.ofMinutes(10), Duration.ofSeconds(10));
    assertThat(tries).as("until it is known how slow it is").isLessThan(10_000);
    tries = 0;
    pass(Duration.ofMinutes(10), Duration.ofSeconds(10));
    assertThat(tries).as("eight places, each free every ten seconds").isBetween(400, 1_200);
  }

  @Test
  void aReceiverThatAnswersIsToldOfManyWithinSeconds() {
    announce(300);
    pass(Duration.ofSeconds(10), Duration.ofMillis(50));
    assertThat(due).isEmpty();
  }

  @Test
  void aBacklogHasNoEndFurtherAwayThanAnHour() {
    for (int i = 0; i < AllowedPlace.AT_A_TIME; i++) {
      assertThat(place.begin(clock.now())).isTrue();
    }
    clock.move(Duration.ofSeconds(10));
    for (int i = 0; i < 100_000; i++) {
      assertThat(place.turn(clock.now())).isLessThanOrEqualTo(AllowedPlace.LONGEST_WAIT);
    }
  }
}
