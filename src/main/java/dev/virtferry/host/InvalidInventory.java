package dev.virtferry.host;

/** The configured inventory can't be used; the message names the row. */
public final class InvalidInventory extends RuntimeException {

  private static final long serialVersionUID = 1L;

  InvalidInventory(String message) {
    super(message);
  }
}
