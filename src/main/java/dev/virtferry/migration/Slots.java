package dev.virtferry.migration;

/**
 * What a migration takes of its hosts' limits.
 *
 * @param outgoing a slot of its source
 * @param incoming a slot of its destination
 */
public record Slots(boolean outgoing, boolean incoming) {

  public static final Slots BOTH = new Slots(true, true);
  public static final Slots NONE = new Slots(false, false);

  /** Whether it takes one that this does not. */
  public boolean exceed(Slots later) {
    return (outgoing && !later.outgoing) || (incoming && !later.incoming);
  }
}
