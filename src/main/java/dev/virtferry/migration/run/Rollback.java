package dev.virtferry.migration.run;

import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.Need;
import dev.virtferry.migration.Culprit;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Failure;
import dev.virtferry.migration.FailureClassifier;
import dev.virtferry.migration.FailureClassifier.Evidence;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.truth.Verdict;
import dev.virtferry.time.Timepiece;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done once it is certain that the guest did not move, up to the failure or the cancel. */
final class Rollback {

  private static final Logger log = LoggerFactory.getLogger(Rollback.class);

  /** Other states of one that stopped are also shown after a start of the host or its libvirt. */
  private static final Set<DomainState> SEEN_TO_END =
      EnumSet.of(
          DomainState.SHUTOFF_SHUTDOWN,
          DomainState.SHUTOFF_DESTROYED,
          DomainState.SHUTOFF_CRASHED,
          DomainState.CRASHED_PANICKED,
          DomainState.ABSENT);

  private final Passage passage;
  private final LeasedMigration migration;
  private final OwnCall call;
  private final Witness witness;
  private final ProgressMeter meter;
  private final Abort abort;
  private final Settling settling;
  private final Finish finish;
  private final Timepiece time;

  Rollback(
      Passage passage,
      OwnCall call,
      Witness witness,
      ProgressMeter meter,
      Abort abort,
      Settling settling,
      Finish finish,
      Timepiece time) {
    this.passage = passage;
    this.migration = passage.migration();
    this.call = call;
    this.witness = witness;
    this.meter = meter;
    this.abort = abort;
    this.settling = settling;
    this.finish = finish;
    this.time = time;
  }

  /** True when that was the end; it is not while it has to last, or to be cleaned up. */
  boolean stay(Verdict.Stayed stayed) {
    // Who destroys and undefines a copy at the destination does that in two steps.
    boolean plain = call.made() && stayed.destination() == DomainState.ABSENT;
    if (stayed.destination() == DomainState.ABSENT) {
      passage.images().markAtRest(time.now());
    }
    if (!plain && !settling.lasts(stayed)) {
      return false;
    }
    DomainLocation where =
        stayed.source().canRun() ? DomainLocation.SOURCE : DomainLocation.NEITHER;
    finish.agree("the domain did not move", where);
    Optional<RuntimeException> trouble = resumeWhatWasSuspended(stayed.source());
    if (!copiesAreSettled(stayed) || trouble.filter(finish::waitsFor).isPresent()) {
      return false;
    }
    trouble.ifPresent(this::sayThatItIsPaused);
    end(stayed.source());
    return true;
  }

  /** What kept it from that, if anything did. */
  private Optional<RuntimeException> resumeWhatWasSuspended(DomainState source) {
    if (!migration.latest().status().suspended() || source.runs() || !source.canRun()) {
      return Optional.empty();
    }
    try {
      passage.hosts().resumeAtSource();
      return Optional.empty();
    } catch (HostUnreachable | LibvirtFailure e) {
      return Optional.of(e);
    }
  }

  private void sayThatItIsPaused(RuntimeException trouble) {
    log.warn("The guest could not be resumed at the source: {}", trouble.getMessage());
    finish.note("the guest could not be resumed at the source, resume it by hand");
  }

  /**
   * The copies are worthless where the source alone holds the guest, or held it to its end.
   *
   * @return false when they can't be deleted now; it is to be tried again
   */
  private boolean copiesAreSettled(Verdict.Stayed stayed) {
    CopiedImages images = passage.images();
    Optional<String> whyTheyStay = whyCopiesStay(stayed);
    if (whyTheyStay.isPresent()) {
      images.leaveCopies("Not deleted: " + whyTheyStay.get());
      return true;
    }
    try {
      images.deleteCopies();
      images.leaveUnfinished();
      return true;
    } catch (HostUnreachable e) {
      if (!stayed.source().canRun()) {
        // Once it was out of sight, nobody can tell any more that the guest never ran there.
        images.leaveCopies("Not deleted: the destination was unreachable when it was to be.");
        return true;
      }
      if (finish.waitsFor(e)) {
        return false;
      }
      images.leaveCopies("Not deleted: %s.".formatted(e.getMessage()));
      return true;
    }
  }

  /** Why the copies are not deleted; empty where they are worthless. */
  private Optional<String> whyCopiesStay(Verdict.Stayed stayed) {
    if (migration.latest().status().forked()) {
      return Optional.of("the destination may have run the guest on it.");
    }
    if (stayed.destination() != DomainState.ABSENT
        || !(stayed.source().canRun() || sawItEnd(stayed.source()))) {
      return Optional.of("the guest is not seen to run at the source alone.");
    }
    // While it ran, its QEMU held its images; now anybody may have removed them.
    return stayed.source().canRun() || passage.images().originalsStand()
        ? Optional.empty()
        : Optional.of("no pool of the source shows all images that the guest ran on.");
  }

  private boolean sawItEnd(DomainState source) {
    return SEEN_TO_END.contains(source) && witness.sawItStay();
  }

  private void end(DomainState source) {
    @Nullable Throwable error = call.error();
    // An abort in the memory phase may end the call with an error of the broken stream, not 78.
    boolean aborted = abort.taken() || error == null || FailureClassifier.aborted(error);
    if (source.canRun() && migration.latest().status().cancelRequested() && aborted) {
      Migration ended = finish.end(Migration::cancelled);
      log.info("Cancelled: the domain stays on {}", ended.plan().source());
    } else {
      Failure failure = failure(error, source);
      finish.end((m, now) -> m.fail(failure, now));
      log.warn("Failed: {}", failure.problem().detail());
    }
  }

  private Failure failure(@Nullable Throwable error, DomainState source) {
    @Nullable Failure doom = abort.doom();
    if (doom != null && abort.taken() && source.canRun()) {
      return doom;
    }
    if (migration.latest().status().forked() && source.canRun()) {
      return FailureClassifier.afterAFork(error);
    }
    TransferPlan transfer = migration.latest().plan();
    var evidence =
        new Evidence(source, witness.sawOthersMigrate(), transfer.targets(), needs(error));
    return meter.latest().flow().bytesMoved() == 0
        ? FailureClassifier.beforeTheFirstByte(error, evidence, transfer.unseen())
        : FailureClassifier.failure(error, evidence);
  }

  private List<Need> needs(@Nullable Throwable error) {
    return error instanceof LibvirtFailure failure && Culprit.mayBeIn(failure)
        ? passage.hosts().sourceNeeds()
        : List.of();
  }
}
