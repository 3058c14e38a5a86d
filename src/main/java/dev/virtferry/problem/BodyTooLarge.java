package dev.virtferry.problem;

import java.io.IOException;
import java.util.Locale;

/**
 * A request's body has more bytes than one may have. It is found where the body is read, and so it
 * can't be {@link Unfulfilled}.
 */
public final class BodyTooLarge extends IOException {

  private static final long serialVersionUID = 1L;

  public BodyTooLarge(long most) {
    super(String.format(Locale.ROOT, "The body has more than %d bytes", most));
  }

  public Problem problem() {
    return Problem.of(ProblemType.PAYLOAD_TOO_LARGE, getMessage() + "; send a smaller one.");
  }
}
