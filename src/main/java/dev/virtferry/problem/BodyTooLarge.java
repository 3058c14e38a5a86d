package dev.virtferry.problem;

import java.io.IOException;

/** A request's body has more bytes than one may have. */
public final class BodyTooLarge extends IOException {

  private static final long serialVersionUID = 1L;

  public BodyTooLarge(long most) {
    super("The body has more than %d bytes".formatted(most));
  }
}
