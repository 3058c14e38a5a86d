package dev.virtferry.migration.truth;

import static dev.virtferry.migration.DomainLocation.DESTINATION;
import static dev.virtferry.migration.DomainLocation.NEITHER;
import static dev.virtferry.migration.DomainLocation.UNKNOWN;

import dev.virtferry.libvirt.DomainState;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.truth.Verdict.Contradiction;
import dev.virtferry.migration.truth.Verdict.Unsettled;

/**
 * The rows of the {@link TruthTable} for a source where the guest stopped, or is about to: of its
 * own accord, or by somebody's hand.
 */
final class StoppedTable {

  private StoppedTable() {}

  /** It stopped there; nothing says that its memory was handed over. */
  static Verdict stopped(Pair it) {
    return switch (it.there()) {
      case ARRIVED -> GoneTable.arrived(it);
      case RUNNING, HELD -> it.isWhole() ? GoneTable.arrived(it) : GoneTable.perhapsInPart(it);
      case PAUSED -> it.isWhole() ? GoneTable.arrivedPaused(it) : GoneTable.perhapsInPart(it);
      case STARTED -> GoneTable.startedAnew();
      case POST_COPY, POST_COPY_FAILED -> HalvesTable.goneAtSource();
      case WAITING -> inTheCopy(it.source());
      case FAILED, ABSENT -> it.working() ? inTheCopy(it.source()) : TruthTable.stayed(it);
      case STOPPED -> onBoth(it);
      case ENDING -> TruthTable.goingDown(NEITHER);
      case LEFT -> TruthTable.movedOn(UNKNOWN);
      case RUNNING_SOMEHOW, UNKNOWN -> TruthTable.unknownThere();
    };
  }

  /** Somebody saved it to a file at the source, memory and all. */
  static Verdict saved(Pair it) {
    return switch (it.there()) {
      case ARRIVED, RUNNING, STARTED, RUNNING_SOMEHOW, PAUSED, HELD ->
          new Contradiction(
              DESTINATION,
              "The destination has the guest, and the source has it saved, with its memory, to a"
                  + " file.",
              "Find out which of them is right. To start it at the source as well would make a second"
                  + " copy.");
      case POST_COPY, POST_COPY_FAILED -> HalvesTable.goneAtSource();
      case WAITING -> inTheCopy(it.source());
      case FAILED, ABSENT -> it.working() ? inTheCopy(it.source()) : TruthTable.stayed(it);
      case STOPPED -> onBoth(it);
      case ENDING -> TruthTable.goingDown(NEITHER);
      case LEFT -> TruthTable.movedOn(UNKNOWN);
      case UNKNOWN -> TruthTable.unknownThere();
    };
  }

  /** Its QEMU is about to end. */
  static Verdict ending(Pair it) {
    return switch (it.there()) {
      case ARRIVED, RUNNING, HELD, PAUSED ->
          it.isWhole() ? endsHere(DESTINATION) : endsHere(NEITHER);
      case STARTED,
          POST_COPY,
          POST_COPY_FAILED,
          RUNNING_SOMEHOW,
          WAITING,
          ENDING,
          STOPPED,
          FAILED,
          ABSENT ->
          endsHere(NEITHER);
      case LEFT -> TruthTable.movedOn(UNKNOWN);
      case UNKNOWN -> TruthTable.unknownThere();
    };
  }

  /** It panicked, and libvirt was told to keep its QEMU for whoever wants to look at it. */
  static Verdict crashed(Pair it) {
    return switch (it.there()) {
      case ARRIVED, RUNNING, HELD, PAUSED ->
          it.isWhole() && !it.working() ? crashedHere(DESTINATION) : crashedHere(NEITHER);
      case FAILED, ABSENT -> it.working() ? crashedHere(NEITHER) : TruthTable.stayed(it);
      case STARTED, POST_COPY, POST_COPY_FAILED, RUNNING_SOMEHOW, WAITING, ENDING, STOPPED ->
          crashedHere(NEITHER);
      case LEFT -> TruthTable.movedOn(UNKNOWN);
      case UNKNOWN -> TruthTable.unknownThere();
    };
  }

  /** libvirt 9.0 may wait for a job that will never end; no abort reaches it. */
  private static Contradiction inTheCopy(DomainState source) {
    return new Contradiction(
        NEITHER,
        "The guest stopped at the source while it was copied ("
            + source.words()
            + "), and libvirt has not noticed that its job is over.",
        "If it stays like this, restart libvirtd at the source: that ends the migration, and no abort"
            + " does. Other guests go on running; other migrations from or to that host end, and their"
            + " guests stay where they are.");
  }

  private static Contradiction onBoth(Pair it) {
    if (it.known().phase() == Phase.POST_COPY) {
      return HalvesTable.bothGone();
    }
    return new Contradiction(
        NEITHER,
        "The domain is shut off on both hosts.",
        "Find out whether it arrived ("
            + TruthTable.LOG_OF_ONE_THAT_LEFT
            + "): then the destination's disks are the latest. If not, they may be"
            + " half a copy, and the source's are right. Start it on that host alone, and undefine it"
            + " on the other, without its storage.");
  }

  /** A domain that left shows the same once its host, or its libvirt, was started anew. */
  static Contradiction unseen(DomainState source) {
    return new Contradiction(
        NEITHER,
        "The domain does not run at the source ("
            + source.words()
            + "), and the destination has nothing of it. Nothing proves that it never left: it may have"
            + " arrived there, run and been stopped.",
        "Find out whether it arrived ("
            + TruthTable.LOG_OF_ONE_THAT_LEFT
            + "): then the disks there have the latest writes. If not, start it"
            + " from the source's. Then POST to resolve of this migration with a sentence. Nothing is"
            + " deleted meanwhile; cleanup lists what was.");
  }

  private static Unsettled endsHere(DomainLocation where) {
    return new Unsettled(where, "The domain is going down at the source.", TruthTable.WAIT);
  }

  private static Contradiction crashedHere(DomainLocation where) {
    return new Contradiction(
        where,
        "The guest panicked at the source, and its QEMU is kept there.",
        "Look at it there; once it is not needed any more, destroy it at the source.");
  }
}
