package dev.virtferry.migration.truth;

import static dev.virtferry.migration.DomainLocation.BOTH;
import static dev.virtferry.migration.DomainLocation.DESTINATION;
import static dev.virtferry.migration.DomainLocation.SOURCE;

import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.truth.Verdict.Contradiction;
import dev.virtferry.migration.truth.Verdict.Forked;
import dev.virtferry.migration.truth.Verdict.Underway;
import dev.virtferry.migration.truth.Verdict.Unsettled;

/**
 * The rows of the {@link TruthTable} for a source that has the guest as it was before: it runs
 * there, or somebody paused it, and not the migration.
 */
final class KeptTable {

  private KeptTable() {}

  /** It runs there. */
  static Verdict running(Pair it) {
    return switch (it.there()) {
      case ARRIVED, RUNNING, RUNNING_SOMEHOW -> runsTwice("");
      case STARTED ->
          runsTwice(" The destination's was started anew there, perhaps from half a copy.");
      case POST_COPY, POST_COPY_FAILED -> runsTwiceInPart();
      case PAUSED, HELD -> held(it);
      case WAITING -> incoming(it);
      case ENDING -> TruthTable.goingDown(SOURCE);
      case STOPPED, FAILED, ABSENT -> onlyAtSource(it);
      case LEFT -> TruthTable.movedOn(SOURCE);
      case UNKNOWN -> hasItBesideTheUnknown(it);
    };
  }

  /** It is paused there, by whoever does that beside a migration. */
  static Verdict paused(Pair it) {
    return switch (it.there()) {
      case ARRIVED, RUNNING ->
          it.working()
              ? new Underway(Phase.SWITCHOVER, DESTINATION, "The guest runs at the destination.")
              : pausedByOthers();
      case STARTED, POST_COPY, POST_COPY_FAILED, RUNNING_SOMEHOW -> TruthTable.twoCopies();
      case PAUSED, HELD -> held(it);
      case WAITING -> incoming(it);
      case ENDING -> TruthTable.goingDown(SOURCE);
      case STOPPED, FAILED, ABSENT -> onlyAtSource(it);
      case LEFT -> TruthTable.movedOn(SOURCE);
      case UNKNOWN -> hasItBesideTheUnknown(it);
    };
  }

  /** The destination holds the guest back, the source has it: the copy is under way or undone. */
  private static Verdict incoming(Pair it) {
    if (it.working()) {
      return new Underway(it.phase(), SOURCE, "The guest is at the source while it is copied.");
    }
    return it.job().activity() == Activity.UNKNOWN
        ? TruthTable.jobUntold(SOURCE)
        : new Unsettled(
            SOURCE,
            "No job runs, but the destination still holds an incoming guest.",
            TruthTable.WAIT);
  }

  private static Verdict held(Pair it) {
    if (it.jobRuns()) {
      return new Underway(it.phase(), SOURCE, "The guest is at the source while it is copied.");
    }
    return switch (it.known().arrival()) {
      case RELEASED, PAUSED ->
          it.there() == AtDestination.PAUSED && !it.known().callPending()
              ? outOfDateThere()
              : heldByBoth();
      case RUNNING, IN_POST_COPY -> heldByBoth();
    };
  }

  private static Contradiction outOfDateThere() {
    return new Contradiction(
        SOURCE,
        "The source went on with the guest, and the destination holds a paused copy of it.",
        "Destroy the destination's copy; it is out of date. Never resume it.");
  }

  private static Contradiction heldByBoth() {
    return new Contradiction(
        BOTH,
        "Both hosts hold the guest; the destination's is paused.",
        "Find out which copy is the right one before anything is resumed or destroyed.");
  }

  private static Verdict onlyAtSource(Pair it) {
    return switch (it.job().activity()) {
      case NONE ->
          it.known().callPending()
              ? new Underway(it.known().phase(), SOURCE, "libvirt has been called.")
              : TruthTable.stayed(it);
      case RUNNING ->
          it.known().destinationSeen()
              ? cleaningUp()
              : new Underway(it.phase(), SOURCE, "The job runs, and the destination gets ready.");
      case FAILED -> cleaningUp();
      case UNKNOWN -> TruthTable.jobUntold(SOURCE);
    };
  }

  /** What the migration pauses shows that as its reason; so this was let run, or paused anew. */
  private static Forked pausedByOthers() {
    return new Forked(
        BOTH,
        "The destination runs the guest, and the source holds it paused, but not by the migration:"
            + " it may have run on at the source, too.",
        "Find out which copy is the right one before anything is resumed or destroyed.");
  }

  private static Unsettled cleaningUp() {
    return new Unsettled(
        SOURCE,
        "The destination dropped the guest and the source's job has not ended; if the link was cut,"
            + " the guest may be frozen.",
        "Restore the link, or end the dead connections on the source: ss -K dst <the destination's"
            + " address>. If the link is whole and it stays like this, restart the source's libvirtd;"
            + " the guest goes on running.");
  }

  private static Forked runsTwice(String hint) {
    return new Forked(
        BOTH,
        "The guest runs on both hosts.",
        "Decide which copy is right and destroy the other at once: both write. virt-ferry touches"
            + " neither."
            + hint);
  }

  private static Forked runsTwiceInPart() {
    return new Forked(
        BOTH,
        "The guest runs at the source, and at the destination with a part of its memory missing.",
        "Suspend both at once: both write. Then find out which is right: the destination's went on"
            + " after the switch to post-copy, and needs memory that only the source has.");
  }

  /** As long as the job runs the guest is the source's, whatever the destination may call it. */
  private static Verdict hasItBesideTheUnknown(Pair it) {
    return it.jobRuns()
        ? new Underway(it.phase(), SOURCE, "The job runs, and the guest is at the source.")
        : TruthTable.unknownThere();
  }
}
