package dev.virtferry.migration.truth;

import static dev.virtferry.migration.DomainLocation.DESTINATION;
import static dev.virtferry.migration.DomainLocation.NEITHER;
import static dev.virtferry.migration.DomainLocation.SOURCE;
import static dev.virtferry.migration.DomainLocation.UNKNOWN;

import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.migration.Arrival;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.truth.Verdict.Contradiction;
import dev.virtferry.migration.truth.Verdict.PostCopyLost;
import dev.virtferry.migration.truth.Verdict.Underway;
import dev.virtferry.migration.truth.Verdict.Unsettled;

/**
 * The rows of the {@link TruthTable} for a source that holds its half of a post-copy: the guest
 * runs at the destination, and each host has memory that the other lacks. Whoever loses one of the
 * halves has lost the guest.
 */
final class HalvesTable {

  private HalvesTable() {}

  static Verdict postCopy(Pair it) {
    return switch (it.there()) {
      case ARRIVED, RUNNING, POST_COPY, PAUSED, HELD, WAITING ->
          it.working() || it.job().activity() == Activity.UNKNOWN
              ? underway()
              : new Unsettled(
                  DESTINATION,
                  "The destination has the guest, and the source's half was not told of the end.",
                  TruthTable.WAIT);
      case POST_COPY_FAILED -> lost();
      case STARTED -> startedAnew();
      case RUNNING_SOMEHOW -> it.working() ? underway() : TruthTable.unknownThere();
      case ENDING, STOPPED, FAILED, ABSENT -> goneAtDestination(it);
      case LEFT -> TruthTable.movedOn(UNKNOWN);
      case UNKNOWN -> TruthTable.unknownThere();
    };
  }

  static Verdict postCopyFailed(Pair it) {
    return switch (it.there()) {
      case ARRIVED -> it.working() ? underway() : arrivedUnheard();
      case RUNNING, POST_COPY, POST_COPY_FAILED, RUNNING_SOMEHOW, PAUSED, HELD, WAITING -> lost();
      case STARTED -> startedAnew();
      case ENDING, STOPPED, FAILED, ABSENT -> goneAtDestination(it);
      case LEFT -> TruthTable.movedOn(UNKNOWN);
      case UNKNOWN -> TruthTable.unknownThere();
    };
  }

  /** Whether the destination has a half of the guest that could go on. */
  static boolean isThere(AtDestination there) {
    return switch (there) {
      case RUNNING, POST_COPY, POST_COPY_FAILED, RUNNING_SOMEHOW, PAUSED, HELD, WAITING -> true;
      case ARRIVED, STARTED, ENDING, STOPPED, FAILED, LEFT, ABSENT, UNKNOWN -> false;
    };
  }

  private static Underway underway() {
    return new Underway(
        Phase.POST_COPY,
        DESTINATION,
        "The destination has the guest, and the rest of its memory is on the way.");
  }

  private static PostCopyLost lost() {
    return new PostCopyLost(
        "The post-copy was broken off: the guest's memory is split between both hosts.");
  }

  private static Contradiction arrivedUnheard() {
    return new Contradiction(
        DESTINATION,
        "All of the guest arrived at the destination, and the source still holds its half.",
        "See that the guest works at the destination, then destroy the source's half. Never resume"
            + " it.");
  }

  private static Contradiction startedAnew() {
    return new Contradiction(
        DESTINATION,
        "The guest was started anew at the destination, and the source still holds a half of what it"
            + " was.",
        "The source's half can't run any more. Once it is destroyed, POST to resolve of this"
            + " migration with a sentence.");
  }

  /** The options did not allow post-copy: so it is somebody else's, perhaps to a third host. */
  private static Contradiction goneAtDestination(Pair it) {
    return it.known().arrival() == Arrival.IN_POST_COPY
        ? new Contradiction(
            NEITHER,
            "The destination's half of the guest is gone, and with it what it did since the switch"
                + " to post-copy. The source's half can't go on.",
            startAnew(
                "Destroy the source's half (virsh destroy)",
                "the destination's, which have the latest writes, or the source's, which are as they"
                    + " were at the switch"))
        : new Contradiction(
            UNKNOWN,
            "The source shows a post-copy that this migration did not ask for; the guest may run on"
                + " another host.",
            "Look for it on the other hosts before anything is resumed or destroyed.");
  }

  static Contradiction goneAtSource() {
    return new Contradiction(
        NEITHER,
        "The source's half of the guest is gone, and with it memory that the destination never got."
            + " The guest can't go on.",
        startAnew(
            "Destroy what is left at the destination (virsh destroy)",
            "the destination's, which have the latest writes, or the source's, which are as they"
                + " were at the switch to post-copy"));
  }

  /** Both halves were lost, whatever became of them since. */
  static Contradiction afterTheHalves(Pair it) {
    return it.source().canRun()
        ? new Contradiction(
            SOURCE,
            "The guest was lost in post-copy, and the source runs one that was started anew, from the"
                + " disks as they were at the switch.",
            "The destination's disks have what it wrote since. When you know which you need, POST to"
                + " resolve of this migration with a sentence. Nothing was undefined or deleted.")
        : bothGone();
  }

  static Contradiction bothGone() {
    return new Contradiction(
        NEITHER,
        "Both halves of the guest are gone, and with them its memory.",
        startAnew(
            "Leave the disks of both hosts as they are until it runs again",
            "the destination's, which have the latest writes, or the source's, which are as they"
                + " were at the switch to post-copy"));
  }

  /** Neither half can say so any more, or not yet. */
  static Contradiction unknownHalves() {
    return new Contradiction(
        NEITHER,
        "The destination has a part of the guest's memory, and the source does not show that it"
            + " sends the rest.",
        "Resume and destroy neither side: each has a part. Restart the source's libvirtd if it stays"
            + " like this, so that it looks at its QEMU again.");
  }

  private static String startAnew(String first, String disks) {
    return first
        + ", then start the guest anew from one set of disks: "
        + disks
        + ". If libvirt can't get the domain's lock for that, restart libvirtd on that host; its"
        + " guests go on running. Where no host keeps a definition, save one first (virsh dumpxml)."
        + " Nothing was undefined or deleted; when it is done, POST to resolve of this migration with"
        + " a sentence.";
  }
}
