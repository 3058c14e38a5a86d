package dev.virtferry.problem;

import java.io.IOException;
import java.util.Locale;

/** A request's body has more bytes than one may have. */
public final class BodyTooLarge extends IOException {

  private static final long serialVersionUID = 1L;

  public BodyTooLarge(long most) {
    super(String.format(Locale.ROOT, "The body has more than %d bytes", most));
  }
}
