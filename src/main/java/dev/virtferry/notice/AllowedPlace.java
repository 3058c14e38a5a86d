package dev.virtferry.notice;

import java.util.concurrent.Semaphore;
import org.springframework.web.client.RestClient;

/** One place that may be told. However slow it is, it delays nobody's deliveries but its own. */
final class AllowedPlace {

  /** How many deliveries a replica makes to it at a time. */
  static final int AT_A_TIME = 8;

  private final RestClient client;
  private final Posts posts;
  private final Semaphore free = new Semaphore(AT_A_TIME);

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

  /** Whether one more delivery may begin now; then {@link #end} has to follow. */
  boolean begin() {
    return free.tryAcquire();
  }

  void end() {
    free.release();
  }
}
