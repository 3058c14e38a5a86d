package dev.virtferry.migration.run;

import dev.virtferry.libvirt.DomainRun;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.MigrateFlag;
import dev.virtferry.migration.Arrival;
import dev.virtferry.migration.Attention;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Doubt;
import dev.virtferry.migration.Failure;
import dev.virtferry.migration.FailureClassifier;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.Silence;
import dev.virtferry.migration.SourceVolumes;
import dev.virtferry.migration.Timeline;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.time.Moment;
import dev.virtferry.time.Timepiece;
import dev.virtferry.trace.Traces;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Watches one migration whose job may run, from the native call, or from where another run left it,
 * to an end that both hosts show.
 */
final class MigrationRun {

  private static final Logger log = LoggerFactory.getLogger(MigrationRun.class);

  /** libvirt takes an abort at once and obeys it later; asking more often would not help. */
  private static final Duration BETWEEN_ABORTS = Duration.ofSeconds(2);

  private static final Duration BETWEEN_LOOKS_AT_VOLUMES = Duration.ofSeconds(2);

  private final BothHosts hosts;
  private final CopiedImages images;
  private final LeasedMigration migration;
  private final @Nullable CompletableFuture<Void> call;
  private final Duration settle;
  private final Traces traces;
  private final Timepiece time;
  private final ProgressMeter meter;
  private final TimeLimits limits;
  private final Steering steering;
  private final PostCopyRecovery resumption;
  private final Departure departure;
  private final UnheededAbort unheeded;

  private boolean destinationSeen;
  private boolean arrived;
  private Moment abortedAt = Moment.LONG_AGO;
  private boolean abortTaken;
  private Moment volumesSeenAt = Moment.LONG_AGO;
  private @Nullable Failure doom;
  private @Nullable Verdict doubt;
  private Moment doubtSince = Moment.LONG_AGO;

  /** What was done, or could not be done, beside libvirt's own work; told in the history. */
  private final List<String> deeds = new ArrayList<>();

  /**
   * Prepares to watch.
   *
   * @param call the native call of this run; null when another run made it, or may have made it
   * @param properties how patient to be
   */
  MigrationRun(
      Passage passage,
      @Nullable CompletableFuture<Void> call,
      RunProperties properties,
      StallLimits stalls,
      Traces traces,
      Timepiece time) {
    this.hosts = passage.hosts();
    this.images = passage.images();
    this.migration = passage.migration();
    this.call = call;
    this.settle = properties.settle();
    this.traces = traces;
    this.time = time;
    Timeline timeline = migration.latest().timeline();
    Instant startedAt = Objects.requireNonNullElse(timeline.startedAt(), timeline.createdAt());
    Moment now = time.now();
    Moment started = now.earlier(startedAt);
    this.limits = new TimeLimits(stalls, started);
    this.meter = new ProgressMeter(migration.progress(), started);
    this.unheeded = new UnheededAbort(migration.latest().attention(), bytesMoved(), now);
    this.steering = new Steering(hosts, migration);
    this.resumption = new PostCopyRecovery(hosts, migration);
    this.departure = new Departure(migration.latest().order().guest().run(), call != null, now);
    // Whoever goes on with a migration can't know whether the destination once held the domain.
    this.destinationSeen = call == null;
  }

  /** Looks once and acts on it; true when the migration has ended. */
  boolean step() {
    // Read before the hosts: only a call that was over by then makes their answers final.
    boolean callPending = (call != null && !call.isDone()) || resumption.pending();
    Moment began = time.now();
    HostsObservation observation = hosts.look();
    Moment ended = time.now();
    departure.seen(observation, run(observation, ended), began, ended);
    destinationSeen |= observation.destinationHolds();
    Migration known = migration.refresh();
    if (known.state().terminal()) {
      log.info("Ended by hand");
      return true;
    }
    arrived |=
        known.state() == MigrationState.FINISHING && known.location() == DomainLocation.DESTINATION;
    if (departure.ranOn() && !known.ranOn()) {
      known = migration.change("the source goes on with the guest", Migration::goOnAtSource);
    }
    if (observation.destinationStartedAnew() && !arrived && !returned() && !known.startedAnew()) {
      known = migration.change("the guest was started anew", Migration::startAnewAtDestination);
    }
    Phase phase = Objects.requireNonNull(known.phase());
    boolean told = libvirtTold(observation, known.order().arrival());
    var circumstances =
        new Circumstances(
            phase,
            callPending,
            destinationSeen,
            known.order().arrival(),
            known.suspended(),
            known.forked(),
            told,
            arrived || departure.mayBeOver(returned(), refused()),
            doubt(observation, known));
    return switch (TruthTable.judge(observation, circumstances)) {
      case Verdict.Underway underway -> goOn(underway, observation);
      case Verdict.Unsettled unsettled -> trouble(unsettled, observation);
      case Verdict.Contradiction contradiction -> trouble(contradiction, observation);
      case Verdict.Forked forked -> keepBoth(forked, observation);
      case Verdict.Impossible(DomainLocation where, String why) ->
          trouble(new Verdict.Contradiction(where, why, TruthTable.LOOK), observation);
      case Verdict.PostCopyLost lost -> waitForTheLink(lost, observation);
      case Verdict.Releasable _ -> release(observation);
      case Verdict.Unconfirmed unconfirmed -> confirm(unconfirmed);
      case Verdict.Moved moved -> arrive(moved, observation);
      case Verdict.Stayed stayed -> stay(stayed);
    };
  }

  /** What a look shows, and more where that is no proof. */
  private @Nullable DomainRun run(HostsObservation observation, Moment now) {
    @Nullable DomainRun seen = observation.sourceRun();
    return seen != null && departure.countsNoMore(now) ? hosts.sourceRun().orElse(seen) : seen;
  }

  /** Once it was agreed that the guest arrived, no look takes that back. */
  private Doubt doubt(HostsObservation observation, Migration known) {
    if (arrived || returned()) {
      return Doubt.NONE;
    }
    if (known.ranOn() || departure.mayHaveRunOn(observation)) {
      return Doubt.RAN_ON;
    }
    if (known.startedAnew()) {
      return Doubt.STARTED_ANEW;
    }
    return refused() ? Doubt.NOT_OURS : Doubt.NONE;
  }

  /** Whether our own call has returned without an error. */
  private boolean returned() {
    return call != null && call.isDone() && error() == null;
  }

  /** Whether libvirt ended our own call with an error, and not the connection to it. */
  private boolean refused() {
    return error() instanceof LibvirtFailure failure && !failure.aboutTheConnection();
  }

  /** Asked for only where a state alone would not tell. The record of a post-copy may be early. */
  private boolean libvirtTold(HostsObservation observation, Arrival arrival) {
    if (!observation.leavesTheArrivalOpen()) {
      return false;
    }
    return returned() || (arrival != Arrival.IN_POST_COPY && hosts.completedJob().isPresent());
  }

  private boolean goOn(Verdict.Underway underway, HostsObservation observation) {
    doubt = null;
    Moment now = time.now();
    boolean hangs = underway.phase().abortable() && unheeded.hangs(bytesMoved(), now);
    if (hangs) {
      tell(
          "libvirt does not end its job",
          m -> m.recover(underway.location(), unheeded.attention(observation)));
    } else {
      migration.change(
          "libvirt's job runs", m -> m.observe(underway.phase(), underway.location(), now.at()));
    }
    if (observation.job().activity() == Activity.RUNNING) {
      reportProgress(observation, now);
      if (!hangs) {
        if (underway.phase().abortable()) {
          lookAtVolumes(now);
          lookAtTheClock(now);
        }
        steering.steer(observation, now);
      }
      if (underway.phase().abortable()) {
        if (doom != null || migration.latest().cancelRequested()) {
          abort(now);
        }
      }
    }
    return false;
  }

  private long bytesMoved() {
    return meter.latest().flow().bytesMoved();
  }

  private void reportProgress(HostsObservation observation, Moment now) {
    Progress before = meter.latest();
    Progress measured = meter.measure(observation, now);
    if (!measured.equals(before)) {
      migration.report(measured);
    }
  }

  private void lookAtTheClock(Moment now) {
    if (doom == null) {
      limits
          .exceeded(migration.latest(), meter.latest(), now)
          .ifPresent(excess -> act(excess, now));
    }
  }

  private void act(TimeLimits.Excess excess, Moment now) {
    switch (excess.action()) {
      case CANCEL -> {
        String detail = excess.why() + " virt-ferry ended it; the guest is as it was.";
        doomed(new Failure(Problem.of(ProblemType.TIME_LIMIT, detail), null));
      }
      case SUSPEND -> steering.suspend(excess.why());
      case POST_COPY -> {
        if (migration.latest().order().options().memory().postCopy()) {
          steering.switchToPostCopy(excess.why(), now);
        } else {
          steering.suspend(excess.why());
        }
      }
    }
  }

  /** It is to end as this failure, as soon as libvirt let go. */
  private void doomed(Failure why) {
    log.warn("{}", why.problem().detail());
    doom = why;
  }

  /** A copy goes on into a file that was deleted; the guest must not arrive on it. */
  private void lookAtVolumes(Moment now) {
    if (doom != null || now.within(BETWEEN_LOOKS_AT_VOLUMES, volumesSeenAt)) {
      return;
    }
    volumesSeenAt = now;
    // By the time of an abort somebody may have replaced one; what was seen before tells.
    if (!abortTaken) {
      images.markWritten();
    }
    images.lookAtOriginals();
    images.vanished().ifPresent(path -> lost(path, "vanished from"));
    images.replaced().ifPresent(path -> lost(path, "was replaced by another file at"));
  }

  private void lost(String path, String how) {
    String detail =
        "%s %s the destination while it was copied into, so the migration was ended."
            .formatted(path, how);
    doomed(new Failure(Problem.of(ProblemType.DESTINATION_STORAGE, detail), null));
  }

  private void abort(Moment now) {
    if (now.within(BETWEEN_ABORTS, abortedAt)) {
      return;
    }
    abortedAt = now;
    unheeded.asked(now);
    // The copies end with the abort, and then nothing tells how far they came.
    if (!abortTaken) {
      images.markWritten();
    }
    try {
      hosts.abort();
      log.atLevel(abortTaken ? Level.DEBUG : Level.INFO).log("Asked libvirt to abort the job");
      abortTaken = true;
    } catch (HostUnreachable | LibvirtFailure e) {
      log.warn("The abort was not taken; looking again: {}", e.getMessage());
    }
  }

  /** Whether this verdict has been the same for long enough to be told. */
  private boolean lasts(Verdict verdict) {
    Moment now = time.now();
    if (!verdict.equals(doubt)) {
      doubt = verdict;
      doubtSince = now;
    }
    return !now.within(settle, doubtSince);
  }

  private boolean trouble(Verdict.Unsettled it, HostsObservation observation) {
    Migration known = migration.latest();
    // Paused by the migration it may be switching over, and then nothing must be touched.
    boolean abortable =
        observation.sourceRuns()
            && observation.job().activity() == Activity.RUNNING
            && Objects.requireNonNull(known.phase()).abortable();
    if (abortable && known.cancelRequested()) {
      abort(time.now());
    }
    if (lasts(it)) {
      Attention attention = attention(it.why(), it.advice(), observation);
      tell("not final", m -> m.recover(it.location(), attention));
    }
    return false;
  }

  private Attention attention(String why, String advice, HostsObservation observation) {
    return new Attention(
            doubtSince.at(), why + " " + observation.words(), advice, observation.silence())
        .saying(observation.said());
  }

  private boolean trouble(Verdict.Contradiction it, HostsObservation observation) {
    return trouble(it, observation, observation.said());
  }

  private boolean trouble(
      Verdict.Contradiction it, HostsObservation observation, @Nullable String said) {
    if (lasts(it)) {
      Attention attention = attention(it.why(), it.advice(), observation).saying(said);
      tell("needs a person", m -> m.needAttention(it.location(), attention));
    }
    return false;
  }

  private boolean keepBoth(Verdict.Forked it, HostsObservation observation) {
    if (lasts(it)) {
      Attention attention = attention(it.why(), it.advice(), observation);
      tell("both hosts may have run the guest", m -> m.fork(it.location(), attention));
    }
    return false;
  }

  /** One that was asked to go on does not wait for a person any more. */
  private boolean waitForTheLink(Verdict.PostCopyLost it, HostsObservation observation) {
    resumption.attempt(time.now());
    if (lasts(it)) {
      Attention attention =
          attention(it.why() + resumption.progress(), resumption.advice(), observation)
              .saying(resumption.said());
      if (migration.latest().resumptionRequested()) {
        tell("asked to go on", m -> m.recover(DomainLocation.DESTINATION, attention));
      } else {
        tell("needs a person", m -> m.needAttention(DomainLocation.DESTINATION, attention));
      }
    }
    return false;
  }

  private void tell(String cause, UnaryOperator<Migration> verb) {
    int before = migration.latest().version();
    Migration told = migration.change(cause, verb);
    if (told.version() != before) {
      Attention why = Objects.requireNonNull(told.attention());
      String said = why.words() == null ? "" : " " + why.words();
      log.warn("{}: {}{}", told.state(), why.reason(), said);
    }
  }

  /** Guarded switchover: only now that the source can't run the guest any more it may run there. */
  private boolean release(HostsObservation observation) {
    Moment now = time.now();
    try {
      migration.change(
          "the source let go",
          m -> m.observe(Phase.SWITCHOVER, DomainLocation.DESTINATION, now.at()));
      hosts.resumeAtDestination();
      log.info("Let the guest run at the destination");
      return false;
    } catch (HostUnreachable | LibvirtFailure e) {
      return trouble(
          new Verdict.Contradiction(
              DomainLocation.DESTINATION,
              "The destination holds the guest paused and does not resume it.",
              "Resume the domain on the destination by hand; the source has let go of it."),
          observation,
          e.getMessage());
    }
  }

  /**
   * The source's copy would be a second guest if anybody resumed it, so it ends; but not before it
   * was seen like this for a while, by a run that still holds the migration.
   */
  private boolean confirm(Verdict.Unconfirmed unconfirmed) {
    if (!lasts(unconfirmed)) {
      return false;
    }
    migration.refresh();
    try {
      hosts.destroyAtSource();
      deeds.add("the source's paused copy was destroyed, as it never heard of the arrival");
      log.warn("The destination has the guest; destroyed the paused copy that the source kept");
    } catch (HostUnreachable | LibvirtFailure e) {
      Attention attention =
          new Attention(
                  doubtSince.at(),
                  "The destination has the guest, and the source still holds a paused copy of it"
                      + " that can't be destroyed.",
                  "Destroy the source's copy. Never resume it: two copies would run.",
                  Silence.NONE)
              .saying(e.getMessage());
      tell("needs a person", m -> m.needAttention(DomainLocation.DESTINATION, attention));
    }
    return false;
  }

  private boolean arrive(Verdict.Moved moved, HostsObservation observation) {
    boolean forked = migration.latest().forked();
    boolean deletes =
        migration.latest().order().options().storage().sourceVolumes() == SourceVolumes.DELETE;
    boolean toUndefine =
        moved.sourceDefined()
            && !forked
            && migration.latest().call().flags().contains(MigrateFlag.UNDEFINE_SOURCE);
    // libvirt undefines it last; only what it left is for us.
    if (toUndefine && !lasts(moved)) {
      return false;
    }
    Instant agreedAt = time.now().at();
    migration.change("the destination has the domain", m -> m.finish(DomainLocation.DESTINATION));
    hosts.completedJob().ifPresent(job -> migration.report(meter.completed(job)));
    images.keepCopies();
    restoreAutostart();
    if (toUndefine) {
      undefineSource();
    }
    if (forked) {
      deeds.add(
          "the source's definition and images are kept, as both hosts may have run the guest");
      if (deletes) {
        images.leaveOriginals("Not deleted: both hosts may have run the guest.");
      }
    } else if (deletes && migration.latest().startedAnew()) {
      images.leaveOriginals("Not deleted: the guest was started anew after it arrived.");
    } else if (deletes) {
      // Only now no definition of its own names them any more.
      images.deleteOriginals();
    }
    if (!forked) {
      images.leaveBehind();
    }
    if (migration.latest().order().persists() && !observation.destinationPersists()) {
      deeds.add("the destination keeps no definition of the domain, define it by hand");
    }
    // All that was done here takes its time, and others may have moved the guest on meanwhile.
    if (hosts.look().goneFromDestination()) {
      log.warn("The guest is gone from the destination again; looking again");
      return false;
    }
    Migration ended = migration.change(told(), m -> m.succeed(time.now().at()));
    traces.past("finish", traces.here(), agreedAt);
    log.info("Succeeded: the domain is on {}", ended.order().destination());
    return true;
  }

  private String told() {
    return deeds.isEmpty()
        ? "both hosts were read"
        : "both hosts were read; " + String.join("; ", deeds);
  }

  /** Autostart does not travel with a domain. A loss is told in the history. */
  private void restoreAutostart() {
    if (!migration.latest().order().guest().autostart()) {
      return;
    }
    try {
      hosts.setAutostartAtDestination();
    } catch (HostUnreachable | LibvirtFailure e) {
      log.warn("Autostart could not be set on the destination: {}", e.getMessage());
      deeds.add("autostart could not be set on the destination, set it by hand");
    }
  }

  /** libvirt undefines the domain itself, unless its daemon died before it came to that. */
  private void undefineSource() {
    try {
      if (!hosts.undefineAtSource()) {
        deeds.add("the source's definition is kept, as the destination has none");
      }
    } catch (HostUnreachable | LibvirtFailure e) {
      log.warn("The domain could not be undefined at the source: {}", e.getMessage());
      deeds.add("the domain could not be undefined at the source, undefine it by hand");
    }
  }

  private boolean stay(Verdict.Stayed stayed) {
    // Who destroys and undefines a copy at the destination does that in two steps.
    boolean plain = call != null && stayed.destination() == DomainState.ABSENT;
    if (stayed.destination() == DomainState.ABSENT) {
      images.markAtRest();
    }
    if (!plain && !lasts(stayed)) {
      return false;
    }
    Instant agreedAt = time.now().at();
    DomainLocation where =
        stayed.source().canRun() ? DomainLocation.SOURCE : DomainLocation.NEITHER;
    migration.change("the domain did not move", m -> m.finish(where));
    resumeWhatWasSuspended(stayed.source());
    if (!volumesCleanedUp(stayed)) {
      return false;
    }
    endAtSource(stayed.source());
    traces.past("finish", traces.here(), agreedAt);
    return true;
  }

  private void resumeWhatWasSuspended(DomainState source) {
    if (!migration.latest().suspended() || source.runs() || !source.canRun()) {
      return;
    }
    try {
      hosts.resumeAtSource();
    } catch (HostUnreachable | LibvirtFailure e) {
      log.warn("The guest could not be resumed at the source: {}", e.getMessage());
      deeds.add("the guest could not be resumed at the source, resume it by hand");
    }
  }

  /**
   * The copies are worthless only while the source holds the guest and the destination does not.
   */
  private boolean volumesCleanedUp(Verdict.Stayed stayed) {
    if (migration.latest().forked()) {
      images.leaveCopies("Not deleted: the destination may have run the guest on it.");
      return true;
    }
    if (!stayed.source().canRun() || stayed.destination() != DomainState.ABSENT) {
      images.leaveCopies("Not deleted: the guest is not seen to run at the source alone.");
      return true;
    }
    try {
      images.deleteCopies();
      images.leaveUnfinished();
      return true;
    } catch (HostUnreachable e) {
      log.warn("The volumes are not deleted yet; trying again: {}", e.getMessage());
      return false;
    }
  }

  private void endAtSource(DomainState source) {
    Throwable error = error();
    // An abort in the memory phase may end the call with an error of the broken stream, not 78.
    boolean aborted = abortTaken || error == null || FailureClassifier.aborted(error);
    if (source.canRun() && migration.latest().cancelRequested() && aborted) {
      Migration ended = migration.change(told(), m -> m.cancelled(time.now().at()));
      log.info("Cancelled: the domain stays on {}", ended.order().source());
    } else {
      Failure failure =
          doom != null && abortTaken && source.canRun() ? doom : failure(error, source);
      migration.change(told(), m -> m.fail(failure, time.now().at()));
      log.warn("Failed: {}", failure.problem().detail());
    }
  }

  private Failure failure(@Nullable Throwable error, DomainState source) {
    if (migration.latest().forked() && source.canRun()) {
      return FailureClassifier.afterAFork(error);
    }
    return meter.latest().flow().bytesMoved() == 0
        ? FailureClassifier.beforeTheFirstByte(error, source, migration.latest().order().unseen())
        : FailureClassifier.failure(error, source);
  }

  /** What the native call threw; null when it returned, or when another run made it. */
  private @Nullable Throwable error() {
    if (call == null || !call.isDone()) {
      return null;
    }
    try {
      call.join();
      return null;
    } catch (CompletionException e) {
      return e.getCause();
    } catch (CancellationException e) {
      return e;
    }
  }
}
