package dev.virtferry.migration;

import static dev.virtferry.migration.MigrationState.CANCELLED;
import static dev.virtferry.migration.MigrationState.FAILED;
import static dev.virtferry.migration.MigrationState.FINISHING;
import static dev.virtferry.migration.MigrationState.MIGRATING;
import static dev.virtferry.migration.MigrationState.NEEDS_ATTENTION;
import static dev.virtferry.migration.MigrationState.PREPARING;
import static dev.virtferry.migration.MigrationState.QUEUED;
import static dev.virtferry.migration.MigrationState.RECOVERING;
import static dev.virtferry.migration.MigrationState.SUCCEEDED;
import static dev.virtferry.migration.MigrationStatus.ACCEPTED;

import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.migration.options.MigrationOptions;
import dev.virtferry.migration.options.OptionsPatch;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A migration: what was asked, what a look at both hosts made of it, and where it stands. Each verb
 * returns the next version, or throws {@link IllegalTransition}.
 *
 * @param id a UUID of version 7
 * @param version counts the changes; the store increments it
 * @param spec what was asked when it was accepted
 * @param options those in force: as they were asked, with what clients changed since
 * @param call exactly what goes to libvirt
 * @param volumes those that were made, or deleted at the source
 * @param leaves the images that are the domain's own and that nobody uses once it has ended
 */
public record Migration(
    UUID id,
    int version,
    MigrationSpec spec,
    MigrationOptions options,
    TransferPlan plan,
    MigrateCall call,
    MigrationStatus status,
    Timeline timeline,
    List<VolumeRecord> volumes,
    List<OwnImage> leaves) {

  public Migration {
    volumes = List.copyOf(volumes);
    leaves = List.copyOf(leaves);
  }

  public static Migration accepted(
      UUID id, MigrationSpec spec, TransferPlan plan, MigrateCall call, Instant now) {
    Timeline begun = Timeline.from(now);
    return new Migration(
        id, 1, spec, spec.options(), plan, call, ACCEPTED, begun, List.of(), List.of());
  }

  public MigrationState state() {
    return status.state();
  }

  /** What libvirt's job does or did last; null before it started. */
  public @Nullable Phase phase() {
    return status.phase();
  }

  /** Where the guest is. */
  public DomainLocation location() {
    return status.location();
  }

  /** What the job was told last, in MiB/s; null for nothing. */
  public @Nullable Long bandwidthOfTheJob() {
    Tuning last = status.tuning();
    return last == null ? call.bandwidthMiBps() : Long.valueOf(last.bandwidthMiBps());
  }

  /** Why it is in trouble; null when it is not. */
  public @Nullable Attention attention() {
    return status.attention();
  }

  /** Why it failed; null unless it did. */
  public @Nullable Failure failure() {
    return status.failure();
  }

  /** Leaves the queue. */
  public Migration prepare() {
    return with(to(PREPARING, Verb.PREPARE));
  }

  /**
   * Writes down what becomes of the volumes at the destination; before libvirt is called, or after.
   */
  public Migration recordVolumes(List<VolumeRecord> now) {
    require(state() == PREPARING || state() == FINISHING, Verb.RECORD_VOLUMES);
    return with(now);
  }

  /** Writes down which images it leaves that are the domain's own. */
  public Migration leave(List<OwnImage> images) {
    require(state() == FINISHING, Verb.LEAVE_IMAGES);
    return leaving(images);
  }

  /**
   * Written down before libvirt is called: from here on a job may exist.
   *
   * @param planned what the last look at both hosts made of it
   * @param given what libvirt is given, as far as it may be shown
   */
  public Migration start(TransferPlan planned, MigrateCall given, Instant now) {
    require(state() == PREPARING, Verb.START);
    Phase first = plan.firstPhase();
    MigrationStatus running = to(MIGRATING, Verb.START).with(first);
    Timeline begun = timeline.started(now).entered(first, now);
    return new Migration(
        id, version, spec, options, planned, given, running, begun, volumes, leaves);
  }

  /** Where a look saw the guest before libvirt was told of a migration. */
  public Migration found(DomainLocation where) {
    require(state().beforeTheCall(), Verb.FIND);
    return with(status.with(where));
  }

  /** libvirt's job is seen in this phase. A phase that was left is not entered again. */
  public Migration observe(Phase seen, DomainLocation where, Instant now) {
    require(!state().terminal() && !state().beforeTheCall(), Verb.OBSERVE);
    MigrationStatus running =
        state() == MIGRATING ? status : to(MIGRATING, Verb.GO_ON).with((Attention) null);
    Migration there = with(running.with(where).with(status.pending().withResumption(false)));
    boolean later = phase() == null || seen.compareTo(phase()) > 0;
    return later ? there.with(there.status.with(seen)).with(timeline.entered(seen, now)) : there;
  }

  /** A client wants it to end. One that is cancelled, or asked again, stays as it is. */
  public Migration requestCancel(Instant now) {
    if (state() == CANCELLED || (status.cancelRequested() && !state().terminal())) {
      return this;
    }
    require(status.steerable(), Verb.CANCEL);
    Migration asked = with(status.withCancelRequested());
    return state() == QUEUED ? asked.cancelled(now) : asked;
  }

  /** A client wants other limits; {@code done} is null when the job has not been told. */
  public Migration retune(OptionsPatch wish, @Nullable Tuning done) {
    require(status.steerable(), Verb.RETUNE);
    Migration retuned = with(options.retuned(wish));
    return done == null ? retuned : retuned.tuned(done);
  }

  /**
   * Somebody is about to act on what it is now; whoever decided by the same version comes too late.
   */
  public Migration claim() {
    return versioned(version + 1);
  }

  /** The running job has, or has not, taken the bandwidth. */
  public Migration tuned(Tuning done) {
    return with(status.with(done));
  }

  /** A client wants the memory copy to come to its end; done as soon as memory is copied. */
  public Migration complete(Completion by) {
    require(status.steerable(), Verb.COMPLETE);
    return with(status.with(status.pending().with(by)));
  }

  /** A client wants to go on with a post-copy whose link was lost. */
  public Migration resumePostCopy() {
    require(
        options.memory().postCopy()
            && (state() == MIGRATING || state() == RECOVERING || state() == NEEDS_ATTENTION),
        Verb.RESUME);
    return with(status.with(status.pending().withResumption(true)));
  }

  /**
   * Written down before the guest is paused at the source, so that nobody takes the pause for a
   * switchover.
   */
  public Migration suspendGuest() {
    require(state() == MIGRATING && phase() != null && phase().abortable(), Verb.SUSPEND_GUEST);
    return with(status.withGuestSuspended());
  }

  /** The hosts' answers are not final; says why. */
  public Migration recover(DomainLocation where, Attention why) {
    return troubled(RECOVERING, Verb.RECOVER, where, why);
  }

  /** Only a person can decide what happens to the guest. */
  public Migration needAttention(DomainLocation where, Attention why) {
    return troubled(NEEDS_ATTENTION, Verb.NEED_ATTENTION, where, why);
  }

  /**
   * Both hosts may have run the guest, each on its own disks: only a person can tell them apart.
   */
  public Migration fork(DomainLocation where, Attention why) {
    Migration troubled = needAttention(where, why);
    return troubled.with(troubled.status.withFork());
  }

  /** The source goes on with the guest, and what the destination has of it is out of date. */
  public Migration goOnAtSource() {
    require(!state().terminal(), Verb.GO_ON_AT_SOURCE);
    return with(status.withGuestGoingOn());
  }

  /** The destination runs a guest that was started there, whatever its state says from now on. */
  public Migration startAnewAtDestination() {
    require(!state().terminal(), Verb.START_ANEW);
    return with(status.withGuestStartedAnew());
  }

  private Migration troubled(MigrationState next, Verb verb, DomainLocation where, Attention why) {
    MigrationStatus troubled = state() == next ? status : to(next, verb);
    Attention known = attention();
    return with(troubled.with(where).with(known != null && known.sameAs(why) ? known : why));
  }

  /** The call is over; {@code where} is what both hosts show now. */
  public Migration finish(DomainLocation where) {
    MigrationStatus finishing = state() == FINISHING ? status : to(FINISHING, Verb.FINISH);
    return with(finishing.with((Attention) null).with(where)).leaving(List.of());
  }

  public Migration succeed(Instant now) {
    require(location() == DomainLocation.DESTINATION, Verb.SUCCEED_ELSEWHERE);
    return with(to(SUCCEEDED, Verb.SUCCEED)).with(timeline.ended(now));
  }

  public Migration cancelled(Instant now) {
    return with(to(CANCELLED, Verb.END_AS_CANCELLED)).with(timeline.ended(now));
  }

  public Migration fail(Failure why, Instant now) {
    require(state() != RECOVERING && state() != NEEDS_ATTENTION, Verb.FAIL);
    return with(to(FAILED, Verb.FAIL).with(why)).with(timeline.ended(now));
  }

  /**
   * A person knows how it ended and says so, where the hosts do not show it. Nothing is touched. As
   * long as libvirt's job is seen to run nothing has ended.
   */
  public Migration resolve(String reason, Instant now) {
    boolean jobHangs = attention() != null && attention().jobHangs();
    require((state() == RECOVERING && !jobHangs) || state() == NEEDS_ATTENTION, Verb.RESOLVE);
    Failure why = Failure.byHand(state(), reason);
    List<VolumeRecord> left =
        volumes.stream().map(v -> v.unlessSettled("The migration was ended by hand.")).toList();
    return with(to(FAILED, Verb.RESOLVE).with(why))
        .with(timeline.ended(now))
        .with(left)
        .leaving(List.of());
  }

  /** The same under another version; for the store, which counts. */
  public Migration versioned(int version) {
    return new Migration(id, version, spec, options, plan, call, status, timeline, volumes, leaves);
  }

  private MigrationStatus to(MigrationState next, Verb verb) {
    require(state().next().contains(next), verb);
    return status.with(next);
  }

  private Migration with(MigrationOptions options) {
    return new Migration(id, version, spec, options, plan, call, status, timeline, volumes, leaves);
  }

  private Migration with(MigrationStatus status) {
    return new Migration(id, version, spec, options, plan, call, status, timeline, volumes, leaves);
  }

  private Migration with(List<VolumeRecord> volumes) {
    return new Migration(id, version, spec, options, plan, call, status, timeline, volumes, leaves);
  }

  private Migration leaving(List<OwnImage> leaves) {
    return new Migration(id, version, spec, options, plan, call, status, timeline, volumes, leaves);
  }

  private Migration with(Timeline timeline) {
    return new Migration(id, version, spec, options, plan, call, status, timeline, volumes, leaves);
  }

  private void require(boolean allowed, Verb verb) {
    if (!allowed) {
      throw new IllegalTransition(id, state(), verb);
    }
  }
}
