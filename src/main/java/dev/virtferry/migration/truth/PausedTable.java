package dev.virtferry.migration.truth;

import static dev.virtferry.migration.DomainLocation.DESTINATION;
import static dev.virtferry.migration.DomainLocation.NEITHER;
import static dev.virtferry.migration.DomainLocation.SOURCE;
import static dev.virtferry.migration.DomainLocation.UNKNOWN;

import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.migration.Doubt;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.truth.Verdict.Contradiction;
import dev.virtferry.migration.truth.Verdict.Unconfirmed;
import dev.virtferry.migration.truth.Verdict.Underway;
import dev.virtferry.migration.truth.Verdict.Unsettled;

/**
 * The rows of the {@link TruthTable} for a source that holds the guest paused by the migration: to
 * switch over, or after that, where it never heard how it went.
 */
final class PausedTable {

  private PausedTable() {}

  static Verdict paused(Pair it) {
    return switch (it.there()) {
      case ARRIVED, RUNNING -> arrivedUnheard(it);
      case STARTED, RUNNING_SOMEHOW -> TruthTable.twoCopies();
      case POST_COPY ->
          it.working()
              ? new Underway(Phase.POST_COPY, DESTINATION, "The switch to post-copy goes on.")
              : HalvesTable.unknownHalves();
      case POST_COPY_FAILED -> HalvesTable.unknownHalves();
      case PAUSED -> it.working() ? goesOn(it) : pausedOnBoth(it);
      case HELD -> {
        if (it.working()) {
          yield goesOn(it);
        }
        yield it.isWhole() ? confirmationLost() : TruthTable.twoCopies();
      }
      case WAITING -> it.working() ? goesOn(it) : pausedByTheMigration();
      case ENDING -> TruthTable.goingDown(NEITHER);
      case STOPPED, FAILED -> it.working() ? goesOn(it) : stoppedThere(it);
      case ABSENT -> it.working() ? goesOn(it) : pausedAlone(it);
      case LEFT -> TruthTable.movedOn(UNKNOWN);
      case UNKNOWN -> it.working() ? goesOn(it) : TruthTable.unknownThere();
    };
  }

  /** Paused by us, by somebody else or for the switchover, the guest is still the source's. */
  private static Verdict goesOn(Pair it) {
    Phase phase = it.phaseWhilePaused();
    return switch (phase) {
      case STORAGE, MEMORY ->
          new Underway(phase, SOURCE, "The guest is paused at the source, and its job goes on.");
      case SWITCHOVER ->
          new Underway(phase, SOURCE, "The source has paused the guest for the switchover.");
      case POST_COPY -> HalvesTable.unknownHalves();
    };
  }

  private static Verdict arrivedUnheard(Pair it) {
    if (it.working()) {
      return new Underway(Phase.SWITCHOVER, DESTINATION, "The guest runs at the destination.");
    }
    return it.isWhole() && it.known().doubt() == Doubt.NONE
        ? new Unconfirmed(
            "The destination runs the guest, and the source's paused copy never heard of it.")
        : TruthTable.twoCopies();
  }

  private static Verdict pausedOnBoth(Pair it) {
    if (!it.isWhole() || it.known().doubt() != Doubt.NONE) {
      return pausedByTheMigration();
    }
    return switch (it.known().arrival()) {
      case RELEASED ->
          new Unconfirmed(
              "The destination holds the whole guest, and the source's paused copy never heard of"
                  + " it.");
      case PAUSED -> confirmationLost();
      case RUNNING, IN_POST_COPY -> pausedByTheMigration();
    };
  }

  private static Unsettled pausedByTheMigration() {
    return new Unsettled(
        NEITHER, "The guest is paused on both hosts by the migration.", TruthTable.WAIT);
  }

  /**
   * Before the switchover the destination never ran it. After one that nobody saw it may have, so
   * what virt-ferry did not pause itself is not let run by it.
   */
  private static Verdict pausedAlone(Pair it) {
    boolean undone =
        it.known().suspended()
            && it.known().phase().abortable()
            && it.job().activity() == Activity.NONE;
    return undone
        ? TruthTable.stayed(it)
        : unlessUntold(
            it,
            "The source holds the guest paused, no job runs, and the destination has nothing of it.",
            "Make sure that the destination really has no such domain, then resume the domain on the"
                + " source.");
  }

  /** Where the source does not tell of its job, nobody knows that none runs. */
  private static Verdict unlessUntold(Pair it, String why, String advice) {
    return it.job().activity() == Activity.UNKNOWN
        ? TruthTable.jobUntold(NEITHER)
        : new Contradiction(NEITHER, why, advice);
  }

  private static Verdict stoppedThere(Pair it) {
    return unlessUntold(
        it,
        "The source holds the guest paused, no job runs, and the domain is shut off at the"
            + " destination.",
        "Find out (its log there) whether the guest ran at the destination after it had arrived. If"
            + " it did, the source's copy is out of date and must not be resumed; if not, resume it"
            + " on the source.");
  }

  private static Contradiction confirmationLost() {
    return new Contradiction(
        DESTINATION,
        "The destination has the guest, and the source still holds a paused copy of it.",
        "Destroy the source's copy. Never resume it: two copies would run.");
  }
}
