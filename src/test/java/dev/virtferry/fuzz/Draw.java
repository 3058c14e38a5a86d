package dev.virtferry.fuzz;

import java.util.List;
import java.util.SplittableRandom;

/** Chance that falls the same way again for the same seed. */
public final class Draw {

  private final SplittableRandom random;

  public Draw(long seed, long number) {
    this.random = new SplittableRandom(seed * 1_000_003 + number);
  }

  public boolean oneIn(int chances) {
    return random.nextInt(chances) == 0;
  }

  public int below(int bound) {
    return random.nextInt(bound);
  }

  public <T> T from(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  byte[] bytes(int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  long number() {
    return random.nextLong();
  }
}
