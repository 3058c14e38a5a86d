package dev.virtferry.migration;

/** Which hosts of a migration did not answer. */
enum Silence {
  NONE,
  SOURCE,
  DESTINATION,
  BOTH;

  /** In one look. */
  static Silence in(Sighting sighting) {
    boolean source = silent(sighting.source());
    boolean destination = silent(sighting.destination());
    if (source) {
      return destination ? BOTH : SOURCE;
    }
    return destination ? DESTINATION : NONE;
  }

  private static boolean silent(Reading reading) {
    return switch (reading) {
      case Reading.Seen _ -> false;
      case Reading.Unreachable _ -> true;
    };
  }

  /** What a migration that waits for them takes of the limits: those that answer serve others. */
  Slots slots() {
    return switch (this) {
      case NONE, BOTH -> Slots.BOTH;
      case SOURCE -> new Slots(true, false);
      case DESTINATION -> new Slots(false, true);
    };
  }
}
