package dev.virtferry.libvirt.client;

import java.time.Duration;

/** How long is waited for those of many that do not answer; one that does costs nothing of it. */
final class Allowance {

  /** What answers does so within it, unless its host is overloaded. */
  private static final Duration LEAST = Duration.ofMillis(100);

  private Duration left;
  private boolean crowded;

  Allowance(Duration all) {
    this.left = all;
  }

  /** For the next one; zero when it would only wait for a place. */
  Duration left() {
    if (left.compareTo(LEAST) > 0) {
      return left;
    }
    return crowded ? Duration.ZERO : LEAST;
  }

  /** There was no place to ask the last one: what hangs has them all. */
  void crowded() {
    crowded = true;
  }

  void spend(Duration waited) {
    left = left.minus(waited);
  }
}
