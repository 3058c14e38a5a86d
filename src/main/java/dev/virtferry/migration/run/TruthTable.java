package dev.virtferry.migration.run;

import static dev.virtferry.migration.DomainLocation.BOTH;
import static dev.virtferry.migration.DomainLocation.DESTINATION;
import static dev.virtferry.migration.DomainLocation.NEITHER;
import static dev.virtferry.migration.DomainLocation.SOURCE;
import static dev.virtferry.migration.DomainLocation.UNKNOWN;

import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.migration.AtSource;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Doubt;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.run.Verdict.Contradiction;
import dev.virtferry.migration.run.Verdict.Forked;
import dev.virtferry.migration.run.Verdict.Impossible;
import dev.virtferry.migration.run.Verdict.Stayed;
import dev.virtferry.migration.run.Verdict.Unconfirmed;
import dev.virtferry.migration.run.Verdict.Underway;
import dev.virtferry.migration.run.Verdict.Unsettled;

/**
 * Tells from what both hosts show what became of a migration. Pure: a return code or an exception
 * has no say in it, because libvirt gives the same error for a success and for a roll-back.
 *
 * <p>These are the rows of a source that holds the guest as it was before; {@link HalvesTable} has
 * those of a post-copy, {@link GoneTable} those of a source where it runs no more.
 */
public final class TruthTable {

  static final String WAIT = "Nothing has to be done yet; virt-ferry keeps looking.";

  /** For what libvirt says and virt-ferry does not know: no advice could be right. */
  static final String LOOK =
      "Look at the domain on both hosts (virsh domstate --reason) before anything is done.";

  /**
   * Where a person sees whether a domain left. The destination's log does not tell: each migration
   * starts a QEMU there that waits for the guest, one that fails as well.
   */
  static final String LOG_OF_ONE_THAT_LEFT =
      "the log of its QEMU at the source then says: shutting down, reason=migrated";

  private TruthTable() {}

  static Verdict judge(HostsObservation observation, Circumstances known) {
    return switch (observation.source()) {
      case HostReading.Unreachable(String why, var _) -> unreachable(why);
      case HostReading.Seen(DomainCondition source) ->
          switch (observation.destination()) {
            case HostReading.Unreachable(String why, var _) ->
                observation.job().activity() == Activity.NONE ? unreachable(why) : cutOff(why);
            case HostReading.Seen(DomainCondition destination) ->
                judge(
                    new Pair(
                        source.state(),
                        destination.state(),
                        observation.job(),
                        observation.copying(),
                        known));
          };
    };
  }

  /** Whether a post-copy that these two show can go on: each host has its part. */
  public static boolean resumable(DomainState source, DomainState destination) {
    return AtSource.of(source) == AtSource.POST_COPY_FAILED
        && HalvesTable.isThere(AtDestination.of(destination));
  }

  private static Unsettled unreachable(String why) {
    return new Unsettled(
        UNKNOWN,
        why,
        "Bring the host or its network back. Do not start the domain anywhere before that: it may"
            + " be running already.");
  }

  /** QEMU waits for a dead connection, and its guest with it. */
  private static Unsettled cutOff(String why) {
    return new Unsettled(
        UNKNOWN,
        why + " The source's job has not ended, and the guest may be frozen until it does.",
        "Bring the destination or its network back. If the guest must go on before that, end the"
            + " dead connections on the source: ss -K dst <the destination's address>. Do not start"
            + " the domain anywhere.");
  }

  /**
   * Once both may have run the guest, no pair in which both could makes one of them right again.
   */
  static Verdict judge(Pair it) {
    Verdict verdict = row(it);
    return it.known().forked() && it.bothCouldRun() && !(verdict instanceof Forked)
        ? bothRanIt()
        : verdict;
  }

  private static Verdict row(Pair it) {
    return switch (it.here()) {
      case RUNNING -> sourceRuns(it);
      case PAUSED -> sourcePaused(it);
      case PAUSED_BY_MIGRATION -> sourcePausedByMigration(it);
      case POST_COPY -> HalvesTable.postCopy(it);
      case POST_COPY_FAILED -> HalvesTable.postCopyFailed(it);
      case ENDING -> GoneTable.ending(it);
      case CRASHED -> GoneTable.crashed(it);
      case LEFT -> GoneTable.left(it);
      case SAVED -> GoneTable.saved(it);
      case STOPPED -> GoneTable.stopped(it);
      case ABSENT -> GoneTable.absent(it);
      case ARRIVING ->
          new Impossible(
              UNKNOWN,
              "The source shows the guest arriving there, while it is to leave from there.");
      case UNKNOWN ->
          new Unsettled(
              UNKNOWN, "The source's libvirt shows a state that virt-ferry does not know.", LOOK);
    };
  }

  private static Verdict sourceRuns(Pair it) {
    return switch (it.there()) {
      case ARRIVED, RUNNING, RUNNING_SOMEHOW -> runsTwice("");
      case STARTED ->
          runsTwice(" The destination's was started anew there, perhaps from half a copy.");
      case POST_COPY, POST_COPY_FAILED -> runsTwiceInPart();
      case PAUSED, HELD -> held(it);
      case WAITING -> incoming(it);
      case ENDING -> goingDown(SOURCE);
      case STOPPED, FAILED, ABSENT -> onlyAtSource(it);
      case LEFT -> movedOn(SOURCE);
      case UNKNOWN -> sourceHasItBesideTheUnknown(it);
    };
  }

  private static Verdict sourcePaused(Pair it) {
    return switch (it.there()) {
      case ARRIVED, RUNNING ->
          it.working()
              ? new Underway(Phase.SWITCHOVER, DESTINATION, "The guest runs at the destination.")
              : pausedByOthers();
      case STARTED, POST_COPY, POST_COPY_FAILED, RUNNING_SOMEHOW -> twoCopies();
      case PAUSED, HELD -> held(it);
      case WAITING -> incoming(it);
      case ENDING -> goingDown(SOURCE);
      case STOPPED, FAILED, ABSENT -> onlyAtSource(it);
      case LEFT -> movedOn(SOURCE);
      case UNKNOWN -> sourceHasItBesideTheUnknown(it);
    };
  }

  private static Verdict sourcePausedByMigration(Pair it) {
    return switch (it.there()) {
      case ARRIVED, RUNNING -> arrivedUnheard(it);
      case STARTED, RUNNING_SOMEHOW -> twoCopies();
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
        yield it.isWhole() ? confirmationLost() : twoCopies();
      }
      case WAITING -> it.working() ? goesOn(it) : pausedByTheMigration();
      case ENDING -> goingDown(NEITHER);
      case STOPPED, FAILED -> it.working() ? goesOn(it) : stoppedThere();
      case ABSENT -> it.working() ? goesOn(it) : pausedAlone(it);
      case LEFT -> movedOn(UNKNOWN);
      case UNKNOWN -> it.working() ? goesOn(it) : unknownThere();
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
        : twoCopies();
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
    return new Unsettled(NEITHER, "The guest is paused on both hosts by the migration.", WAIT);
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
        ? stayed(it)
        : new Contradiction(
            NEITHER,
            "The source holds the guest paused, no job runs, and the destination has nothing of it.",
            "Make sure that the destination really has no such domain, then resume the domain on the"
                + " source.");
  }

  private static Contradiction stoppedThere() {
    return new Contradiction(
        NEITHER,
        "The source holds the guest paused, no job runs, and the domain is shut off at the"
            + " destination.",
        "Find out (its log there) whether the guest ran at the destination after it had arrived. If"
            + " it did, the source's copy is out of date and must not be resumed; if not, resume it"
            + " on the source.");
  }

  /** The destination holds the guest back, the source has it: the copy is under way or undone. */
  private static Verdict incoming(Pair it) {
    return it.working()
        ? new Underway(it.phase(), SOURCE, "The guest is at the source while it is copied.")
        : new Unsettled(
            SOURCE, "No job runs, but the destination still holds an incoming guest.", WAIT);
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
              : stayed(it);
      case RUNNING ->
          it.known().destinationSeen()
              ? cleaningUp()
              : new Underway(it.phase(), SOURCE, "The job runs, and the destination gets ready.");
      case FAILED -> cleaningUp();
      case UNKNOWN ->
          new Unsettled(SOURCE, "The source's daemon does not say whether its job runs.", WAIT);
    };
  }

  /**
   * After the switch to post-copy nothing is at the source as it was before. Else it stayed where
   * that is certain.
   */
  static Verdict stayed(Pair it) {
    if (it.known().phase() == Phase.POST_COPY) {
      return HalvesTable.afterTheHalves(it);
    }
    if (it.known().mayHaveLeft()) {
      return it.source().canRun() ? runsAgain() : GoneTable.stoppedUnseen(it.source());
    }
    return new Stayed(
        it.source(), it.destination(), "No job runs, and nothing of it runs at the destination.");
  }

  private static Forked runsAgain() {
    return new Forked(
        SOURCE,
        "The source has the guest, but not without a break since it was to be moved: it was started"
            + " there anew, or came back. So it may have arrived and run at the destination meanwhile.",
        "Find out whether it arrived ("
            + LOG_OF_ONE_THAT_LEFT
            + "): then the images there have what it wrote, unless it came back"
            + " by a migration. Where the destination keeps a definition of it, undefine that,"
            + " without its storage. When you know which disks are right, POST to resolve of this"
            + " migration with a sentence. Nothing is deleted meanwhile; cleanup lists what was.");
  }

  private static Forked bothRanIt() {
    return new Forked(
        BOTH,
        "Both hosts hold the guest, and both may have run it, each on its own disks.",
        "Find out which copy is the right one before anything is resumed or destroyed.");
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

  private static Forked twoCopies() {
    return new Forked(
        BOTH,
        "The destination runs the guest, which is not known to have arrived there whole, and the"
            + " source still holds a paused copy of it.",
        "Find out which copy is the right one before anything is resumed or destroyed.");
  }

  private static Contradiction confirmationLost() {
    return new Contradiction(
        DESTINATION,
        "The destination has the guest, and the source still holds a paused copy of it.",
        "Destroy the source's copy. Never resume it: two copies would run.");
  }

  static Unsettled goingDown(DomainLocation where) {
    return new Unsettled(where, "The domain is going down at the destination.", WAIT);
  }

  static Contradiction movedOn(DomainLocation where) {
    return new Contradiction(
        where,
        "The destination says that the domain was moved on from there.",
        "Look for it on the other hosts before anything is resumed or destroyed.");
  }

  static Contradiction unknownThere() {
    return new Contradiction(
        UNKNOWN, "The destination's libvirt shows a state that virt-ferry does not know.", LOOK);
  }

  /** As long as the job runs the guest is the source's, whatever the destination may call it. */
  private static Verdict sourceHasItBesideTheUnknown(Pair it) {
    return it.jobRuns()
        ? new Underway(it.phase(), SOURCE, "The job runs, and the guest is at the source.")
        : unknownThere();
  }
}
