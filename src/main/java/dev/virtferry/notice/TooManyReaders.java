package dev.virtferry.notice;

/** As many clients wait on this replica as may. */
public final class TooManyReaders extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private TooManyReaders(String message) {
    super(message);
  }

  static TooManyReaders ofAll(int most) {
    return new TooManyReaders("%d clients wait here already".formatted(most));
  }

  static TooManyReaders ofOne(int most) {
    return new TooManyReaders("%d clients with your token wait here already".formatted(most));
  }
}
