package dev.virtferry.lab;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/**
 * One fault at one moment of one migration. The same seed draws the same list.
 *
 * @param delay how far into the moment, 0 to 1
 * @param length how long the fault lasts, 0 to 1 of what it may
 * @param first whether it hits the source, where it may hit either host
 * @param guarded whether the migration has a guarded switchover
 */
record Trouble(
    int number,
    Moment moment,
    Fault fault,
    double delay,
    double length,
    boolean first,
    boolean guarded) {

  /**
   * Which troubles are drawn.
   *
   * @param moments those, and no others
   * @param faults those, and no others
   */
  record Choice(Set<Moment> moments, Set<Fault> faults) {

    static Choice all() {
      return new Choice(EnumSet.allOf(Moment.class), EnumSet.allOf(Fault.class));
    }

    /** How many different ones there are. */
    int size() {
      return (int)
          moments.stream()
              .flatMap(moment -> faults.stream().filter(fault -> makesSense(moment, fault)))
              .count();
    }

    private boolean holds(Trouble trouble) {
      return moments.contains(trouble.moment()) && faults.contains(trouble.fault());
    }
  }

  /** A guest that the switchover holds can't power itself off. */
  private static boolean makesSense(Moment moment, Fault fault) {
    return !(moment == Moment.SWITCHOVER && fault == Fault.POWERED_OFF_BY_ITSELF);
  }

  /** Every fault at every moment once before any comes again. */
  static List<Trouble> drawn(long seed, int runs, Choice choice) {
    if (choice.size() == 0) {
      throw new IllegalArgumentException("None of these faults makes sense at such a moment");
    }
    var random = new Random(seed);
    List<Trouble> drawn = new ArrayList<>();
    while (drawn.size() < runs) {
      List<Trouble> round = new ArrayList<>();
      for (Moment moment : Moment.values()) {
        for (Fault fault : Fault.values()) {
          round.add(
              new Trouble(
                  0,
                  moment,
                  fault,
                  random.nextDouble(),
                  random.nextDouble(),
                  random.nextBoolean(),
                  random.nextBoolean() && moment != Moment.POST_COPY));
        }
      }
      Collections.shuffle(round, random);
      round.removeIf(
          trouble -> !choice.holds(trouble) || !makesSense(trouble.moment, trouble.fault));
      for (Trouble trouble : round) {
        if (drawn.size() < runs) {
          drawn.add(trouble.numbered(drawn.size() + 1));
        }
      }
    }
    return drawn;
  }

  private Trouble numbered(int number) {
    return new Trouble(number, moment, fault, delay, length, first, guarded);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%3d %-10s %-26s after %4d ms%s%s",
        number,
        moment,
        fault,
        moment.millis(delay),
        first ? ", source's link" : ", destination's link",
        guarded ? ", guarded" : "");
  }
}
