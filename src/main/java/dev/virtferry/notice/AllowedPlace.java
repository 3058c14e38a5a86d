package dev.virtferry.notice;

import java.util.concurrent.Semaphore;
import org.springframework.web.client.RestClient;

/** One place that may be told. However slow it is, it delays nobody's deliveries but its own. */
final class AllowedPlace {

  /** How many deliveries a replica makes to it at a time. */
  static final int AT_A_TIME = 8;

  private final RestClient client;
  private final Semaphore free = new Semaphore(AT_A_TIME);

  AllowedPlace(RestClient client) {
    this.client = client;
  }

  RestClient client() {
    return client;
  }

  /** Whether one more delivery may begin now; then {@link #end} has to follow. */
  boolean begin() {
    return free.tryAcquire();
  }

  void end() {
    free.release();
  }
}
