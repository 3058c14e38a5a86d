package dev.virtferry.migration;

/** Another request came first with the same key. */
public final class KeyTaken extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public KeyTaken(IdempotencyKey key) {
    super("Another request came first with the key " + key.key());
  }
}
