package dev.virtferry.migration;

import static dev.virtferry.migration.DomainLocation.BOTH;
import static dev.virtferry.migration.DomainLocation.DESTINATION;
import static dev.virtferry.migration.DomainLocation.NEITHER;
import static dev.virtferry.migration.DomainLocation.SOURCE;
import static dev.virtferry.migration.DomainLocation.UNKNOWN;

import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.JobReading;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.migration.Verdict.Contradiction;
import dev.virtferry.migration.Verdict.Moved;
import dev.virtferry.migration.Verdict.PostCopyLost;
import dev.virtferry.migration.Verdict.Releasable;
import dev.virtferry.migration.Verdict.Stayed;
import dev.virtferry.migration.Verdict.Unconfirmed;
import dev.virtferry.migration.Verdict.Underway;
import dev.virtferry.migration.Verdict.Unsettled;

/**
 * Tells from what both hosts show what became of a migration. Pure: a return code or an exception
 * has no say in it, because libvirt gives the same error for a success and for a roll-back.
 */
final class TruthTable {

  /**
   * What is known beside the sighting.
   *
   * @param phase entered last
   * @param callPending whether our own native call has not returned yet
   * @param destinationSeen whether the destination has held the domain before
   * @param guarded whether the guest arrives paused and is let run by virt-ferry
   * @param suspended whether virt-ferry paused the guest at the source
   */
  record Circumstances(
      Phase phase,
      boolean callPending,
      boolean destinationSeen,
      boolean guarded,
      boolean suspended) {}

  private static final String WAIT = "Nothing has to be done yet; virt-ferry keeps looking.";

  private TruthTable() {}

  static Verdict judge(Sighting sighting, Circumstances known) {
    return switch (sighting.source()) {
      case Reading.Unreachable(String why) -> unreachable(why);
      case Reading.Seen(DomainCondition source) ->
          switch (sighting.destination()) {
            case Reading.Unreachable(String why) ->
                sighting.job().activity() == Activity.NONE ? unreachable(why) : cutOff(why);
            case Reading.Seen(DomainCondition destination) ->
                judge(source, destination, sighting.job(), known);
          };
    };
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

  private static Verdict judge(
      DomainCondition source, DomainCondition destination, JobReading job, Circumstances known) {
    return switch (source) {
      case RUNNING, RUNNING_POST_COPY -> sourceRuns(source, destination, job, known);
      case PAUSED -> sourcePaused(source, destination, job, known);
      case PAUSED_BY_MIGRATION ->
          known.suspended() && !destination.runs()
              ? sourceSuspended(source, destination, job, known)
              : sourceSwitchingOver(destination, job, known);
      case PAUSED_POST_COPY -> new Underway(Phase.POST_COPY, DESTINATION);
      case PAUSED_POST_COPY_FAILED -> new PostCopyLost();
      case SHUT_OFF -> sourceStopped(source, destination, job, known);
      case SHUT_OFF_MIGRATED, ABSENT -> sourceGone(source, destination, known);
    };
  }

  private static Verdict sourceRuns(
      DomainCondition source, DomainCondition destination, JobReading job, Circumstances known) {
    return switch (destination) {
      case RUNNING, RUNNING_POST_COPY -> runsTwice();
      case PAUSED -> held(job, known, "paused");
      case PAUSED_BY_MIGRATION -> incoming(job, known);
      case PAUSED_POST_COPY, PAUSED_POST_COPY_FAILED -> held(job, known, "in post-copy");
      case SHUT_OFF, SHUT_OFF_MIGRATED, ABSENT -> onlyAtSource(source, destination, job, known);
    };
  }

  private static Verdict sourcePaused(
      DomainCondition source, DomainCondition destination, JobReading job, Circumstances known) {
    return switch (destination) {
      case RUNNING, RUNNING_POST_COPY -> confirmationLost();
      case PAUSED -> held(job, known, "paused");
      case PAUSED_BY_MIGRATION -> incoming(job, known);
      case PAUSED_POST_COPY, PAUSED_POST_COPY_FAILED -> held(job, known, "in post-copy");
      case SHUT_OFF, SHUT_OFF_MIGRATED, ABSENT -> onlyAtSource(source, destination, job, known);
    };
  }

  /** Paused by us, the guest shows as in a switchover while its copy still goes on. */
  private static Verdict sourceSuspended(
      DomainCondition source, DomainCondition destination, JobReading job, Circumstances known) {
    boolean undone =
        known.phase().abortable()
            && !known.callPending()
            && job.activity() == Activity.NONE
            && destination == DomainCondition.ABSENT;
    if (undone) {
      return new Stayed(source, destination);
    }
    return known.phase().abortable() && job.activity() == Activity.RUNNING
        ? new Underway(phase(job, known), SOURCE)
        : sourceSwitchingOver(destination, job, known);
  }

  private static Verdict sourceSwitchingOver(
      DomainCondition destination, JobReading job, Circumstances known) {
    boolean finishing = known.callPending() || job.activity() == Activity.RUNNING;
    return switch (destination) {
      case RUNNING, RUNNING_POST_COPY ->
          finishing ? new Underway(Phase.SWITCHOVER, DESTINATION) : new Unconfirmed();
      case PAUSED, PAUSED_BY_MIGRATION, PAUSED_POST_COPY, PAUSED_POST_COPY_FAILED ->
          finishing ? new Underway(Phase.SWITCHOVER, SOURCE) : pausedOnBoth(destination, known);
      case SHUT_OFF, SHUT_OFF_MIGRATED, ABSENT ->
          finishing
              ? new Underway(Phase.SWITCHOVER, SOURCE)
              : new Contradiction(
                  NEITHER,
                  "The source holds the guest paused, no job runs, and the destination has nothing"
                      + " of it.",
                  "Make sure that the destination really has no such domain, then resume the"
                      + " domain on the source.");
    };
  }

  private static Verdict pausedOnBoth(DomainCondition destination, Circumstances known) {
    return known.guarded() && destination == DomainCondition.PAUSED
        ? new Unconfirmed()
        : new Unsettled(NEITHER, "The guest is paused on both hosts by the migration.", WAIT);
  }

  private static Verdict sourceStopped(
      DomainCondition source, DomainCondition destination, JobReading job, Circumstances known) {
    return switch (destination) {
      case PAUSED -> arrivedPaused(source, known);
      case RUNNING, RUNNING_POST_COPY -> moved(source, known);
      case PAUSED_BY_MIGRATION, PAUSED_POST_COPY, PAUSED_POST_COPY_FAILED ->
          new Unsettled(NEITHER, "The source stopped, and the destination still waits.", WAIT);
      case SHUT_OFF, SHUT_OFF_MIGRATED, ABSENT -> onlyAtSource(source, destination, job, known);
    };
  }

  private static Verdict sourceGone(
      DomainCondition source, DomainCondition destination, Circumstances known) {
    return switch (destination) {
      case PAUSED -> arrivedPaused(source, known);
      case RUNNING, SHUT_OFF, SHUT_OFF_MIGRATED -> moved(source, known);
      case RUNNING_POST_COPY -> new Underway(Phase.POST_COPY, DESTINATION);
      case PAUSED_BY_MIGRATION, PAUSED_POST_COPY, PAUSED_POST_COPY_FAILED ->
          new Unsettled(
              NEITHER, "The source let go of the guest, and the destination still waits.", WAIT);
      case ABSENT ->
          new Contradiction(
              NEITHER,
              "Neither host has the domain.",
              "Look for it on the other hosts and in their logs; its disks were not touched.");
    };
  }

  /** While the call is out, libvirt may not be done with the guest. */
  private static Verdict arrivedPaused(DomainCondition source, Circumstances known) {
    if (!known.guarded()) {
      return moved(source, known);
    }
    return known.callPending() ? new Underway(Phase.SWITCHOVER, DESTINATION) : new Releasable();
  }

  /** While the call is out, libvirt is about to undefine the domain itself. */
  private static Verdict moved(DomainCondition source, Circumstances known) {
    boolean defined = source != DomainCondition.ABSENT;
    return defined && known.callPending()
        ? new Underway(Phase.SWITCHOVER, DESTINATION)
        : new Moved(defined);
  }

  /** The destination holds the guest back, the source runs it: the copy is under way or undone. */
  private static Verdict incoming(JobReading job, Circumstances known) {
    return known.callPending() || job.activity() == Activity.RUNNING
        ? new Underway(phase(job, known), SOURCE)
        : new Unsettled(
            SOURCE, "No job runs, but the destination still holds an incoming guest.", WAIT);
  }

  private static Verdict held(JobReading job, Circumstances known, String how) {
    if (job.activity() == Activity.RUNNING) {
      return new Underway(phase(job, known), SOURCE);
    }
    return known.guarded() && !known.callPending()
        ? new Contradiction(
            SOURCE,
            "The source went on with the guest, and the destination holds a paused copy of it.",
            "Destroy the destination's copy; it is out of date. Never resume it.")
        : new Contradiction(
            BOTH,
            "Both hosts hold the guest; the destination's is %s.".formatted(how),
            "Find out which copy is the right one before anything is resumed or destroyed.");
  }

  private static Verdict onlyAtSource(
      DomainCondition source, DomainCondition destination, JobReading job, Circumstances known) {
    return switch (job.activity()) {
      case NONE ->
          known.callPending()
              ? new Underway(known.phase(), SOURCE)
              : new Stayed(source, destination);
      case RUNNING ->
          known.destinationSeen() ? cleaningUp() : new Underway(phase(job, known), SOURCE);
      case FAILED -> cleaningUp();
      case UNKNOWN ->
          new Unsettled(SOURCE, "The source's daemon does not say whether its job runs.", WAIT);
    };
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

  private static Contradiction runsTwice() {
    return new Contradiction(
        BOTH,
        "The guest runs on both hosts.",
        "Decide which copy is right and destroy the other at once: both write. virt-ferry touches"
            + " neither.");
  }

  private static Contradiction confirmationLost() {
    return new Contradiction(
        DESTINATION,
        "The destination runs the guest, and the source still holds a paused copy of it.",
        "Destroy the source's copy. Never resume it: two copies would run.");
  }

  private static Phase phase(JobReading job, Circumstances known) {
    return job.memory().totalBytes() > 0 ? Phase.MEMORY : known.phase();
  }
}
