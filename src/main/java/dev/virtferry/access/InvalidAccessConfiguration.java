package dev.virtferry.access;

/** Who may call is configured in a way that can't be meant; the message names the property. */
public final class InvalidAccessConfiguration extends RuntimeException {

  private static final long serialVersionUID = 1L;

  InvalidAccessConfiguration(String message) {
    super(message);
  }
}
