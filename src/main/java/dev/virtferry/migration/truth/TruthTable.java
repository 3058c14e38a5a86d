package dev.virtferry.migration.truth;

import static dev.virtferry.migration.DomainLocation.BOTH;
import static dev.virtferry.migration.DomainLocation.SOURCE;
import static dev.virtferry.migration.DomainLocation.UNKNOWN;

import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.migration.AtSource;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.truth.Verdict.Contradiction;
import dev.virtferry.migration.truth.Verdict.Forked;
import dev.virtferry.migration.truth.Verdict.Impossible;
import dev.virtferry.migration.truth.Verdict.Moved;
import dev.virtferry.migration.truth.Verdict.PostCopyLost;
import dev.virtferry.migration.truth.Verdict.Releasable;
import dev.virtferry.migration.truth.Verdict.Stayed;
import dev.virtferry.migration.truth.Verdict.Unconfirmed;
import dev.virtferry.migration.truth.Verdict.Underway;
import dev.virtferry.migration.truth.Verdict.Unsettled;

/**
 * Tells from what both hosts show what became of a migration. Pure: a return code or an exception
 * has no say in it, because libvirt gives the same error for a success and for a roll-back.
 *
 * <p>The rows are told apart by what the source does with the guest: {@link KeptTable} has those of
 * one that goes on with it, {@link PausedTable} those of one that paused it for the switchover,
 * {@link HalvesTable} those of a post-copy, {@link GoneTable} those of one that it left and {@link
 * StoppedTable} those of one where it stopped.
 */
public final class TruthTable {

  static final String WAIT = "Nothing has to be done yet; virt-ferry keeps looking.";

  /** For what libvirt says and virt-ferry does not know: no advice could be right. */
  public static final String LOOK =
      "Look at the domain on both hosts (virsh domstate --reason) before anything is done.";

  /**
   * Where a person sees whether a domain left. The destination's log does not tell: each migration
   * starts a QEMU there that waits for the guest, one that fails as well.
   */
  static final String LOG_OF_ONE_THAT_LEFT =
      "the log of its QEMU at the source then says: shutting down, reason=migrated";

  private TruthTable() {}

  public static Verdict judge(HostsObservation observation, Circumstances known) {
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
   * Of another run of the domain than was to be moved nothing is believed, and nothing is done to
   * it. Once both may have run the guest, no pair in which both could makes one of them right
   * again.
   */
  public static Verdict judge(Pair it) {
    Verdict verdict = row(it);
    if (it.known().anotherRun() && it.source().active() && believes(verdict)) {
      return runsAgain(it.source().canRun() ? SOURCE : UNKNOWN);
    }
    return it.known().forked() && it.bothCouldRun() && !(verdict instanceof Forked)
        ? bothRanIt()
        : verdict;
  }

  /** Whether it takes the job, or the lack of one, for the migration's. */
  private static boolean believes(Verdict verdict) {
    return switch (verdict) {
      case Underway _,
          Unsettled _,
          PostCopyLost _,
          Releasable _,
          Unconfirmed _,
          Moved _,
          Stayed _ ->
          true;
      case Contradiction _, Forked _, Impossible _ -> false;
    };
  }

  private static Verdict row(Pair it) {
    return switch (it.here()) {
      case RUNNING -> KeptTable.running(it);
      case PAUSED -> KeptTable.paused(it);
      case PAUSED_BY_MIGRATION -> PausedTable.paused(it);
      case POST_COPY -> HalvesTable.postCopy(it);
      case POST_COPY_FAILED -> HalvesTable.postCopyFailed(it);
      case ENDING -> StoppedTable.ending(it);
      case CRASHED -> StoppedTable.crashed(it);
      case LEFT -> GoneTable.left(it);
      case SAVED -> StoppedTable.saved(it);
      case STOPPED -> StoppedTable.stopped(it);
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

  /**
   * After the switch to post-copy nothing is at the source as it was before. Else it stayed where
   * that is certain.
   */
  static Verdict stayed(Pair it) {
    if (it.known().phase() == Phase.POST_COPY) {
      return HalvesTable.afterTheHalves(it);
    }
    if (it.known().mayHaveLeft()) {
      return it.source().canRun() ? runsAgain(SOURCE) : StoppedTable.unseen(it.source());
    }
    return new Stayed(
        it.source(), it.destination(), "No job runs, and nothing of it runs at the destination.");
  }

  private static Forked runsAgain(DomainLocation where) {
    return new Forked(
        where,
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

  static Forked twoCopies() {
    return new Forked(
        BOTH,
        "The destination runs the guest, which is not known to have arrived there whole, and the"
            + " source still holds a paused copy of it.",
        "Find out which copy is the right one before anything is resumed or destroyed.");
  }

  static Unsettled goingDown(DomainLocation where) {
    return new Unsettled(where, "The domain is going down at the destination.", WAIT);
  }

  static Unsettled jobUntold(DomainLocation where) {
    return new Unsettled(where, "The source's daemon does not say whether its job runs.", WAIT);
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
}
