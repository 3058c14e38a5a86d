package dev.virtferry.libvirt.client;

import java.time.Duration;

/** How long is waited for those of many that do not answer; one that does costs nothing of it. */
final class Allowance {

  /** What answers does so within it, unless its host is overloaded. */
  private static final Duration LEAST = Duration.ofMillis(100);

  private Duration left;

  Allowance(Duration all) {
    this.left = all;
  }

  /** For the next one. */
  Duration left() {
    return left.compareTo(LEAST) > 0 ? left : LEAST;
  }

  void spend(Duration waited) {
    left = left.minus(waited);
  }
}
