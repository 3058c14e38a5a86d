package dev.virtferry.migration.truth;

import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.JobReading;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.migration.AtSource;
import dev.virtferry.migration.Doubt;
import dev.virtferry.migration.Phase;

/**
 * Both hosts have answered: what they show, and all that helps to understand it.
 *
 * @param copying whether a disk's copy has not caught up with the disk
 */
record Pair(
    DomainState source,
    DomainState destination,
    JobReading job,
    boolean copying,
    Circumstances known) {

  /** What takes no longer than this may be what a switchover leaves to be sent. */
  private static final long A_PAUSE_MILLIS = 2_000;

  AtSource here() {
    return AtSource.of(source);
  }

  AtDestination there() {
    return AtDestination.of(destination);
  }

  boolean jobRuns() {
    return job.activity() == Activity.RUNNING;
  }

  /** Whether libvirt may still change something by itself. */
  boolean working() {
    return known.callPending() || jobRuns();
  }

  /** Whether each host has a guest that could run. One that waits for a switchover never has. */
  boolean bothCouldRun() {
    return source.canRun() && destination.canRun() && there() != AtDestination.WAITING;
  }

  /**
   * Whether the source's disks may have what the guest wrote last, though the destination has it.
   * Who was told that both could run it, and ended the source's, has chosen.
   */
  boolean sourceMayBeRight() {
    boolean chosen =
        known.forked() && (source == DomainState.SHUTOFF_DESTROYED || source == DomainState.ABSENT);
    return known.doubt() == Doubt.RAN_ON && !chosen;
  }

  /** Whether another migration than ours brought the guest to the destination. */
  boolean notOurs() {
    return known.doubt() == Doubt.NOT_OURS;
  }

  /** The phase of a job whose guest is still the source's. */
  Phase phase() {
    return job.memory().totalBytes() > 0 ? Phase.MEMORY : known.phase();
  }

  /**
   * The phase of a job whose guest the source holds paused. It is the switchover only when all is
   * copied: somebody else may have paused the guest, and then libvirt obeys as before. A job that
   * is being ended shows nothing of it.
   */
  Phase phaseWhilePaused() {
    if (copying || memoryGoesOn() || (known.suspended() && known.phase().abortable())) {
      return phase();
    }
    return jobRuns() && !memoryHasNotBegun() ? Phase.SWITCHOVER : known.phase();
  }

  private boolean memoryGoesOn() {
    return job.memory().remainingMillis() > A_PAUSE_MILLIS;
  }

  private boolean memoryHasNotBegun() {
    return job.memory().totalBytes() == 0;
  }

  /**
   * Whether what the destination holds is known to be the guest that left, whole. A state has only
   * its last reason: who starts a domain paused, or suspends and resumes one, makes it look like
   * one that arrived; so then libvirt must have told.
   */
  boolean isWhole() {
    return switch (there()) {
      case ARRIVED -> true;
      case RUNNING, HELD, PAUSED -> known.told() && known.doubt() != Doubt.STARTED_ANEW;
      case STARTED,
          POST_COPY,
          POST_COPY_FAILED,
          RUNNING_SOMEHOW,
          WAITING,
          ENDING,
          STOPPED,
          FAILED,
          LEFT,
          ABSENT,
          UNKNOWN ->
          false;
    };
  }
}
