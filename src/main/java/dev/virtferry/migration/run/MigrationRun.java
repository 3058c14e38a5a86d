package dev.virtferry.migration.run;

import dev.virtferry.migration.Timeline;
import dev.virtferry.migration.truth.Circumstances;
import dev.virtferry.migration.truth.HostsObservation;
import dev.virtferry.migration.truth.TruthTable;
import dev.virtferry.migration.truth.Verdict;
import dev.virtferry.time.Moment;
import dev.virtferry.time.Timepiece;
import dev.virtferry.trace.Traces;
import java.time.Instant;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one migration whose job may run, from the native call, or from where another run left it,
 * to an end that both hosts show.
 */
final class MigrationRun {

  private static final Logger log = LoggerFactory.getLogger(MigrationRun.class);

  private final LeasedMigration migration;
  private final CopiedImages images;
  private final OwnCall call;
  private final Timepiece time;
  private final Witness witness;
  private final Settling settling;
  private final Abort abort;
  private final RunningJob job;
  private final PostCopyRecovery resumption;
  private final GuestArrival arrival;
  private final Rollback rollback;

  /**
   * Prepares to watch.
   *
   * @param properties how patient to be
   */
  MigrationRun(
      Passage passage,
      OwnCall call,
      RunProperties properties,
      StallLimits stalls,
      Traces traces,
      Timepiece time) {
    this.migration = passage.migration();
    this.images = passage.images();
    this.call = call;
    this.time = time;
    Moment now = time.now();
    images.begin(now);
    Moment started = now.earlier(startedAt());
    var meter = new ProgressMeter(migration.progress(), started);
    var finish = new Finish(migration, properties.patience(), traces, time);
    this.witness = new Witness(passage, call, time);
    this.settling = new Settling(migration, properties.settle(), time);
    this.abort = new Abort(passage, meter.latest().flow().bytesMoved(), now);
    this.job = new RunningJob(passage, meter, new TimeLimits(stalls, started), abort, settling);
    this.resumption = new PostCopyRecovery(passage.hosts(), migration);
    this.arrival = new GuestArrival(passage, meter, settling, finish);
    this.rollback = new Rollback(passage, call, witness, meter, abort, settling, finish, time);
  }

  private Instant startedAt() {
    Timeline timeline = migration.latest().timeline();
    return Objects.requireNonNullElse(timeline.startedAt(), timeline.createdAt());
  }

  /** Looks once and acts on it; true when the migration has ended. */
  boolean step() {
    // Read before the hosts: only a call that was over by then makes their answers final.
    boolean callPending = call.pending() || resumption.pending();
    HostsObservation observation = witness.look();
    images.copying(observation, time.now());
    if (migration.refresh().state().terminal()) {
      log.info("Ended by hand");
      return true;
    }
    witness.testify(observation);
    Circumstances circumstances = witness.circumstances(observation, callPending);
    return act(TruthTable.judge(observation, circumstances), observation, time.now());
  }

  private boolean act(Verdict verdict, HostsObservation observation, Moment now) {
    boolean ended = false;
    if (!(verdict instanceof Verdict.Releasable)) {
      images.watchOriginals(observation, now);
    }
    switch (verdict) {
      case Verdict.Underway it -> job.goOn(it, observation, now);
      case Verdict.Unsettled it -> {
        abort.askInTrouble(observation, now);
        settling.unsettled(it, observation);
      }
      case Verdict.Contradiction it -> settling.contradiction(it, observation);
      case Verdict.Forked it -> settling.forked(it, observation);
      case Verdict.Impossible it -> settling.impossible(it, observation);
      case Verdict.PostCopyLost it -> {
        resumption.attempt(now);
        settling.linkLost(it, observation, resumption);
      }
      case Verdict.Releasable _ -> {
        // The guest waits for that, and for nothing else.
        arrival.release(observation, now);
        images.watchOriginals(observation, now);
      }
      case Verdict.Unconfirmed it -> arrival.confirm(it);
      case Verdict.Moved it -> ended = arrival.arrive(it, observation);
      case Verdict.Stayed it -> ended = rollback.stay(it);
    }
    return ended;
  }
}
