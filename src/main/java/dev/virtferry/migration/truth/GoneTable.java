package dev.virtferry.migration.truth;

import static dev.virtferry.migration.DomainLocation.DESTINATION;
import static dev.virtferry.migration.DomainLocation.NEITHER;
import static dev.virtferry.migration.DomainLocation.UNKNOWN;

import dev.virtferry.libvirt.DomainState;
import dev.virtferry.migration.Arrival;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Doubt;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.truth.Verdict.Contradiction;
import dev.virtferry.migration.truth.Verdict.Impossible;
import dev.virtferry.migration.truth.Verdict.Moved;
import dev.virtferry.migration.truth.Verdict.Releasable;
import dev.virtferry.migration.truth.Verdict.Underway;
import dev.virtferry.migration.truth.Verdict.Unsettled;

/**
 * The rows of the {@link TruthTable} for a source that does not have the guest any more: it left,
 * or the source knows no such domain. Only of one that left is it certain that all of its memory
 * did.
 */
final class GoneTable {

  private static final String STILL_WAITS =
      TruthTable.WAIT
          + " If it stays like this for more than a minute, look at the destination: a guest that was"
          + " saved there and started again waits for virsh resume; an incoming one, which the"
          + " destination's libvirt ends by itself, is never whole.";

  private GoneTable() {}

  /** {@code VIR_DOMAIN_SHUTOFF_MIGRATED}: all of it was handed over. */
  static Verdict left(Pair it) {
    if (it.sourceMayBeRight()) {
      return wentElsewhere();
    }
    return switch (it.there()) {
      case ARRIVED, RUNNING, STARTED, HELD -> arrived(it);
      case PAUSED -> arrivedPaused(it);
      case STOPPED -> it.notOurs() ? broughtByOthers(NEITHER) : moved(it, NEITHER);
      case POST_COPY -> restIsComing();
      case POST_COPY_FAILED -> partLeftBehind();
      case RUNNING_SOMEHOW, UNKNOWN -> TruthTable.unknownThere();
      case ENDING -> TruthTable.goingDown(NEITHER);
      case WAITING ->
          new Unsettled(
              NEITHER,
              "The source let go of the guest, and the destination still waits.",
              STILL_WAITS);
      case FAILED ->
          new Impossible(
              NEITHER,
              "The source says that the domain left, and the destination could not start it.");
      case LEFT -> TruthTable.movedOn(UNKNOWN);
      case ABSENT -> onNeither();
    };
  }

  /**
   * libvirt undefines a domain after it has left; but anybody else can, and a transient one
   * vanishes with its QEMU, whatever ended that. A transient domain is known to have stayed only if
   * it was watched to its end.
   */
  static Verdict absent(Pair it) {
    return switch (it.there()) {
      case ARRIVED -> arrived(it);
      case RUNNING, HELD -> it.isWhole() ? arrived(it) : perhapsInPart(it);
      case PAUSED -> it.isWhole() ? arrivedPaused(it) : perhapsInPart(it);
      case STARTED -> startedAnew();
      case POST_COPY -> restIsComing();
      case POST_COPY_FAILED -> HalvesTable.goneAtSource();
      case STOPPED ->
          it.known().told() && it.known().doubt() == Doubt.NONE
              ? moved(it, NEITHER)
              : perhapsNeverArrived();
      case RUNNING_SOMEHOW, UNKNOWN -> TruthTable.unknownThere();
      case ENDING -> TruthTable.goingDown(NEITHER);
      case WAITING ->
          new Unsettled(
              NEITHER,
              "The source has no such domain any more, and the destination still waits.",
              STILL_WAITS);
      case FAILED ->
          new Contradiction(
              NEITHER,
              "The source has no such domain any more, and the destination could not start it.",
              "Look into its log at the destination; start it there once you know that its disks are"
                  + " whole.");
      case LEFT -> TruthTable.movedOn(UNKNOWN);
      case ABSENT -> endedThere(it) ? TruthTable.stayed(it) : onNeither();
    };
  }

  private static boolean endedThere(Pair it) {
    return it.known().onlyEnded() && !it.known().mayHaveLeft() && !it.working();
  }

  /** While the call is out, libvirt may not be done with the guest. */
  static Verdict arrivedPaused(Pair it) {
    if (it.known().arrival() != Arrival.RELEASED || it.sourceMayBeRight() || it.notOurs()) {
      return arrived(it);
    }
    return it.known().callPending()
        ? new Underway(Phase.SWITCHOVER, DESTINATION, "The guest arrived paused, as it was to.")
        : new Releasable(
            "The source has let go, and the destination holds the whole guest paused.");
  }

  static Verdict arrived(Pair it) {
    if (it.sourceMayBeRight()) {
      return perhapsOutOfDate(it);
    }
    return it.notOurs() ? broughtByOthers(DESTINATION) : moved(it, DESTINATION);
  }

  private static Contradiction perhapsOutOfDate(Pair it) {
    return new Contradiction(
        it.destination().runs() ? DESTINATION : NEITHER,
        "The destination has the guest, and the source may have gone on with it after that: what ended"
            + " it at the source ("
            + it.source().words()
            + ") was not the migration.",
        "Find out whether it went on at the source (the source's libvirt resumes it when the link is"
            + " lost in the switchover; its own log and disks tell). If it did, its last writes are on"
            + " the source's disks, and what the destination has is out of date. Keep one of the two:"
            + " destroy the other, then POST to resolve of this migration with a sentence. Nothing is"
            + " deleted meanwhile; cleanup lists what was.");
  }

  private static Contradiction wentElsewhere() {
    return new Contradiction(
        UNKNOWN,
        "The source went on with the guest after the destination had it, and has moved it on since.",
        "Look for it on the other hosts. What the destination has of it is out of date and must not be"
            + " resumed.");
  }

  private static Contradiction broughtByOthers(DomainLocation where) {
    return new Contradiction(
        where,
        "The destination has the domain, but not as this migration would bring it: somebody else moved it"
            + " there, or ended it there and started it by another name.",
        "See that it runs on whole disks there: what this migration had copied by then may be a part."
            + " Then POST to resolve of this migration with a sentence. Nothing is deleted meanwhile;"
            + " cleanup lists what was.");
  }

  /** While the call is out, libvirt is about to undefine the domain itself. */
  private static Verdict moved(Pair it, DomainLocation meanwhile) {
    boolean defined = it.source() != DomainState.ABSENT;
    return defined && it.known().callPending()
        ? new Underway(
            Phase.SWITCHOVER, meanwhile, "The guest has arrived, and libvirt has not returned yet.")
        : new Moved(defined, "The destination has the domain, and the source has let go of it.");
  }

  private static Unsettled restIsComing() {
    return new Unsettled(
        DESTINATION,
        "The source has let go, and the destination does not say yet that all memory arrived.",
        TruthTable.WAIT);
  }

  /** It runs or could; but the half of a post-copy that was resumed by hand looks the same. */
  static Contradiction perhapsInPart(Pair it) {
    return new Contradiction(
        it.known().arrival() == Arrival.IN_POST_COPY ? UNKNOWN : DESTINATION,
        "The source does not have the guest any more, and nothing tells that all of it arrived at the"
            + " destination: it may be a part, or have been started there by hand.",
        "See whether the guest works at the destination, on whole disks, and goes on where it was. If"
            + " it does, POST to resolve of this migration; if not, destroy it and start it anew from"
            + " one set of disks. Nothing is deleted meanwhile; cleanup lists what was.");
  }

  /** The source says that it left, and the destination that memory is missing. */
  private static Contradiction partLeftBehind() {
    return new Contradiction(
        NEITHER,
        "The source has let go of the guest, and the destination says that a part of its memory never"
            + " came.",
        "See whether the guest works at the destination, on whole disks. If it does, POST to resolve"
            + " of this migration; if not, destroy it and start it anew from one set of disks. Nothing"
            + " was undefined or deleted.");
  }

  private static Contradiction perhapsNeverArrived() {
    return new Contradiction(
        NEITHER,
        "The source has no such domain any more; at the destination it is shut off, and nothing tells"
            + " that it ever arrived there.",
        "Find out whether it arrived ("
            + TruthTable.LOG_OF_ONE_THAT_LEFT
            + "): then its disks there are the latest. If it was only started"
            + " there, they may be half a copy, and the source's, which were not touched, are right.");
  }

  static Contradiction startedAnew() {
    return new Contradiction(
        DESTINATION,
        "The destination runs the guest, which was started there anew and is not known to have"
            + " arrived.",
        "See that it runs on whole disks, then POST to resolve of this migration with a sentence.");
  }

  private static Contradiction onNeither() {
    return new Contradiction(
        NEITHER,
        "Neither host has the domain.",
        "Look for it on the other hosts and in their logs. If it arrived ("
            + TruthTable.LOG_OF_ONE_THAT_LEFT
            + "), the destination's disks have the latest writes, else the source's. Nothing is deleted"
            + " meanwhile; cleanup lists what was.");
  }
}
