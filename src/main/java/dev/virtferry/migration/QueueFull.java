package dev.virtferry.migration;

/** As many migrations of one caller wait for a slot as may. */
public final class QueueFull extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public QueueFull(int most) {
    super("%d of your migrations wait for a slot already".formatted(most));
  }
}
