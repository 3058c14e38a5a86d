package dev.virtferry.libvirt;

import java.lang.ScopedValue.CallableOp;

/**
 * On whose behalf a thread asks hosts. Those who wait for the same host are served in turn, one
 * call of each, so that nobody's crowd of calls keeps another from an answer. A migration goes
 * first.
 *
 * @param name the caller's, such as {@code token:control-plane}
 */
public record Asker(String name) {

  /** Whoever prepares or carries a migration. */
  public static final Asker MIGRATION = new Asker("a migration");

  /** Where nobody was named. */
  private static final Asker SERVICE = new Asker("the service");

  private static final ScopedValue<Asker> PRESENT = ScopedValue.newInstance();

  /** The one for whom this thread works; threads that it starts have to be told. */
  public static Asker present() {
    return PRESENT.orElse(SERVICE);
  }

  /** Asks for it: all that the thread asks of hosts meanwhile is on its behalf. */
  public <T, X extends Throwable> T asks(CallableOp<T, X> questions) throws X {
    return ScopedValue.where(PRESENT, this).call(questions);
  }
}
