package dev.virtferry.migration;

/** Which hosts of a migration did not answer. */
public enum Silence {
  NONE,
  SOURCE,
  DESTINATION,
  BOTH;

  /** What a migration that waits for them takes of the limits: those that answer serve others. */
  Slots slots() {
    return switch (this) {
      case NONE, BOTH -> Slots.BOTH;
      case SOURCE -> new Slots(true, false);
      case DESTINATION -> new Slots(false, true);
    };
  }
}
