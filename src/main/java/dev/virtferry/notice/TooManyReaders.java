package dev.virtferry.notice;

/** As many clients wait on this replica as may. */
public final class TooManyReaders extends RuntimeException {

  private static final long serialVersionUID = 1L;

  TooManyReaders(int most) {
    super("%d clients wait here already".formatted(most));
  }
}
