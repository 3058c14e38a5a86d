package dev.virtferry.migration.run;

import dev.virtferry.migration.Failure;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.options.LimitAction;
import dev.virtferry.migration.truth.HostsObservation;
import dev.virtferry.migration.truth.Verdict;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.time.Moment;
import java.time.Duration;

/**
 * What is done while libvirt's job runs: its progress is told, limits and volumes are watched, and
 * it is steered as clients want.
 */
final class RunningJob {

  private static final Duration BETWEEN_LOOKS_AT_VOLUMES = Duration.ofSeconds(2);

  private final Passage passage;
  private final ProgressMeter meter;
  private final TimeLimits limits;
  private final Steering steering;
  private final Abort abort;
  private final Settling settling;
  private Moment volumesSeenAt = Moment.LONG_AGO;

  RunningJob(
      Passage passage, ProgressMeter meter, TimeLimits limits, Abort abort, Settling settling) {
    this.passage = passage;
    this.meter = meter;
    this.limits = limits;
    this.steering = new Steering(passage.hosts(), passage.migration());
    this.abort = abort;
    this.settling = settling;
  }

  /** It goes on as that look shows; the call may not have come to its job yet. */
  void goOn(Verdict.Underway underway, HostsObservation observation, Moment now) {
    settling.forget();
    boolean abortable = underway.phase().abortable();
    boolean hangs = abortable && abort.hangs(meter.latest().flow().bytesMoved(), now);
    writeDown(underway, hangs, observation, now);
    switch (observation.job().activity()) {
      case NONE, FAILED -> {}
      case RUNNING -> {
        report(observation, now);
        if (!hangs) {
          if (abortable) {
            lookAtVolumes(now);
            lookAtTheClock(now);
          }
          steering.steer(observation, now);
        }
        abortIfWanted(abortable, now);
      }
      case UNKNOWN -> {
        // The guest's QEMU at the source hangs: so time passes, and no byte moves.
        report(observation, now);
        if (abortable && !hangs) {
          lookAtTheClock(now);
        }
        abortIfWanted(abortable, now);
      }
    }
  }

  private void abortIfWanted(boolean abortable, Moment now) {
    if (abortable && abort.wanted()) {
      abort.ask(now);
    }
  }

  private void writeDown(
      Verdict.Underway underway, boolean hangs, HostsObservation observation, Moment now) {
    if (hangs) {
      settling.tell(
          "libvirt does not end its job",
          m -> m.recover(underway.location(), abort.attention(observation)));
    } else {
      passage
          .migration()
          .change(
              "libvirt's job runs",
              m -> m.observe(underway.phase(), underway.location(), now.at()));
    }
  }

  private void report(HostsObservation observation, Moment now) {
    Progress before = meter.latest();
    Progress measured = meter.measure(observation, now);
    if (!measured.equals(before)) {
      passage.migration().report(measured);
    }
  }

  /** A copy goes on into a file that was deleted; the guest must not arrive on it. */
  private void lookAtVolumes(Moment now) {
    if (abort.doom() != null || now.within(BETWEEN_LOOKS_AT_VOLUMES, volumesSeenAt)) {
      return;
    }
    volumesSeenAt = now;
    CopiedImages images = passage.images();
    // By the time of an abort somebody may have replaced one; what was seen before tells.
    if (!abort.taken()) {
      images.markWritten(now);
    }
    images.vanished().ifPresent(path -> lost(path, "vanished from"));
    images.replaced().ifPresent(path -> lost(path, "was replaced by another file at"));
  }

  private void lost(String path, String how) {
    String detail =
        "%s %s the destination while it was copied into, so the migration was ended."
            .formatted(path, how);
    abort.doom(new Failure(Problem.of(ProblemType.DESTINATION_STORAGE, detail), null));
  }

  private void lookAtTheClock(Moment now) {
    if (abort.doom() == null) {
      limits
          .exceeded(passage.migration().latest(), meter.latest(), now)
          .ifPresent(excess -> act(excess.action(), excess.why(), now));
    }
  }

  private void act(LimitAction action, String why, Moment now) {
    switch (action) {
      case CANCEL -> {
        String detail = why + " virt-ferry ended it; the guest is as it was.";
        abort.doom(new Failure(Problem.of(ProblemType.TIME_LIMIT, detail), null));
      }
      case SUSPEND -> steering.suspend(why);
      case POST_COPY -> {
        if (passage.migration().latest().options().memory().postCopy()) {
          steering.switchToPostCopy(why, now);
        } else {
          steering.suspend(why);
        }
      }
    }
  }
}
