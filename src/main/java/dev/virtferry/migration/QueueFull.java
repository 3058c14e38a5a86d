package dev.virtferry.migration;

import java.util.Locale;

/** As many migrations of one caller wait for a slot as may. */
public final class QueueFull extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public QueueFull(int most) {
    super(String.format(Locale.ROOT, "%d of your migrations wait for a slot already", most));
  }
}
