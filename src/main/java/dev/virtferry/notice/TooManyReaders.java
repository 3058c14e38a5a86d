package dev.virtferry.notice;

import java.util.Locale;

/** As many clients wait on this replica as may. */
public final class TooManyReaders extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private TooManyReaders(String message) {
    super(message);
  }

  static TooManyReaders ofAll(int most) {
    return new TooManyReaders(String.format(Locale.ROOT, "%d clients wait here already", most));
  }

  static TooManyReaders ofOne(int most) {
    return new TooManyReaders(
        String.format(Locale.ROOT, "%d clients with your token wait here already", most));
  }
}
