package dev.virtferry.notice;

import dev.virtferry.time.Moment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.springframework.web.client.RestClient;

/** One place that may be told. However slow it is, it delays nobody's deliveries but its own. */
final class AllowedPlace {

  /** Between two tries of one that finds no place, at least. */
  private static final Duration SOON = Duration.ofSeconds(1);

  /** The same at most. */
  static final Duration LONGEST_WAIT = Duration.ofHours(1);

  /** How many deliveries a replica makes to it at a time. */
  static final int AT_A_TIME = 8;

  private final RestClient client;
  private final Posts posts;
  private final Deque<Moment> underWay = new ArrayDeque<>();
  private Duration lastTook = Duration.ZERO;
  private Duration lastTurn = Duration.ZERO;

  AllowedPlace(RestClient client, Posts posts) {
    this.client = client;
    this.posts = posts;
  }

  RestClient client() {
    return client;
  }

  /** Ends what that thread tells it, if it does still. */
  void end(Thread posting) {
    posts.end(posting);
  }

  /** Whether one more delivery may begin now; then {@link #end(Moment, Moment)} has to follow. */
  synchronized boolean begin(Moment now) {
    return underWay.size() < AT_A_TIME && underWay.add(now);
  }

  synchronized void end(Moment began, Moment now) {
    underWay.removeFirstOccurrence(began);
    lastTook = now.since(began);
  }

  /**
   * How long a delivery waits that may not begin. They come back one after the other, no faster
   * than places become free, so that many of them cost no more than a few.
   */
  synchronized Duration turn(Moment now) {
    Moment oldest = underWay.peekFirst();
    Duration takes = oldest == null ? lastTook : longer(lastTook, now.since(oldest));
    Duration next = longer(lastTurn, now.passed()).plus(takes.dividedBy(AT_A_TIME));
    Duration wait = next.minus(now.passed());
    if (wait.compareTo(LONGEST_WAIT) > 0) {
      return LONGEST_WAIT;
    }
    lastTurn = next;
    return longer(wait, SOON);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
