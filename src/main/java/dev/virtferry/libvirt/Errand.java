package dev.virtferry.libvirt;

/** For whom a host is asked. Nobody takes the places of another errand. */
public enum Errand {
  /** Whoever reads hosts and domains, or plans. */
  READING(10),
  /** A migration that is prepared or carried, in all that it does beside following its domain. */
  CARRYING(6),
  /** A migration under way: where its domain is, and what it is told to do. */
  FOLLOWING(80);

  private static final ScopedValue<Errand> CURRENT = ScopedValue.newInstance();

  private final int open;

  Errand(int open) {
    this.open = open;
  }

  /** What the work asks of hosts is asked for a migration. */
  public static <T, X extends Throwable> T carry(ScopedValue.CallableOp<T, X> work) throws X {
    return ScopedValue.where(CURRENT, CARRYING).call(work);
  }

  /** Whose work this thread does. */
  public static Errand current() {
    return CURRENT.orElse(READING);
  }

  /**
   * How many calls that may hang are open at a time, those that do included. A daemon has twenty
   * workers: those who read and those who prepare leave some of them, whatever hangs. Migrations
   * that are followed have as many as their lanes have places; their number has limits of its own.
   */
  int open() {
    return open;
  }
}
