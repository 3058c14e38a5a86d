package dev.virtferry.migration.run;

import dev.virtferry.host.Host;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Failure;
import dev.virtferry.migration.FailureClassifier;
import dev.virtferry.migration.IllegalTransition;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.plan.MigrationPlan;
import dev.virtferry.migration.plan.MigrationPlanner;
import dev.virtferry.problem.Refused;
import dev.virtferry.time.Moment;
import dev.virtferry.time.Timepiece;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Everything that is done between the slot and libvirt's call. libvirt has not been told anything
 * yet, so every failure is an end at once, but a host that is silent is waited for: a daemon that
 * only starts anew is nobody's failure.
 */
@Component
final class Preparation {

  private static final Logger log = LoggerFactory.getLogger(Preparation.class);

  private final MigrationPlanner planner;
  private final BackingVerifier verifier;
  private final VolumeMaker volumes;
  private final RunProperties properties;
  private final Timepiece time;

  Preparation(
      MigrationPlanner planner,
      BackingVerifier verifier,
      VolumeMaker volumes,
      RunProperties properties,
      Timepiece time) {
    this.planner = planner;
    this.verifier = verifier;
    this.volumes = volumes;
    this.properties = properties;
    this.time = time;
  }

  /**
   * Readies both hosts.
   *
   * @return what libvirt is to be given; empty when the migration has ended
   * @throws RunStopped when the service wants to stop
   */
  Optional<MigrateCall> prepare(Passage passage, WakeUp wakeUp, BooleanSupplier stopping)
      throws InterruptedException {
    final Failure failed;
    LeasedMigration migration = passage.migration();
    boolean first = migration.latest().state() == MigrationState.QUEUED;
    if (first && !leftTheQueue(migration)) {
      return Optional.empty();
    }
    try {
      return patiently(passage, !first, wakeUp, stopping);
    } catch (Refused e) {
      failed = new Failure(e.problem(), null);
    } catch (HostUnreachable | LibvirtFailure e) {
      failed = FailureClassifier.beforeTheCall(e);
    }
    log.warn("Failed before libvirt was called: {}", failed.problem().detail());
    removeVolumes(passage, wakeUp, stopping);
    DomainLocation where = passage.hosts().look().whereabouts();
    migration.change("libvirt was not called", m -> m.found(where).fail(failed, time.now().at()));
    return Optional.empty();
  }

  private static boolean leftTheQueue(LeasedMigration migration) {
    try {
      migration.change("a slot is free", Migration::prepare);
      return true;
    } catch (IllegalTransition e) {
      log.info("Not begun: {}", e.getMessage());
      return false;
    }
  }

  /**
   * Tries until both hosts have answered everything.
   *
   * @param interrupted whether what an earlier attempt began to make may be half done
   */
  private Optional<MigrateCall> patiently(
      Passage passage, boolean interrupted, WakeUp wakeUp, BooleanSupplier stopping)
      throws InterruptedException {
    @Nullable Moment silentSince = null;
    boolean again = interrupted;
    while (true) {
      if (passage.migration().refresh().status().cancelRequested()) {
        return cancelled(passage, wakeUp, stopping);
      }
      try {
        if (again) {
          passage.images().deleteCopies();
        }
        return attempt(passage, wakeUp, stopping);
      } catch (HostUnreachable e) {
        if (silentSince == null) {
          silentSince = time.now();
          log.warn("Waiting for it before libvirt is called: {}", e.getMessage());
        }
        if (hopeless(e, silentSince)) {
          throw e;
        }
        again = true;
        rest(wakeUp, stopping);
      }
    }
  }

  private boolean hopeless(HostUnreachable trouble, Moment since) {
    return trouble.reason() == HostUnreachable.Reason.NO_TRUST
        || time.now().since(since).compareTo(properties.patience()) > 0;
  }

  private Optional<MigrateCall> attempt(Passage passage, WakeUp wakeUp, BooleanSupplier stopping)
      throws InterruptedException {
    LeasedMigration migration = passage.migration();
    Host source = passage.hosts().source();
    Host destination = passage.hosts().destination();
    MigrationPlan seen = planner.recheck(migration.latest(), source, destination);
    boolean compared = verifier.verify(migration, seen, stopping);
    if (migration.refresh().status().cancelRequested()) {
      return cancelled(passage, wakeUp, stopping);
    }
    // A comparison takes minutes, in which the images can become somebody's, or others.
    MigrationPlan plan =
        compared
            ? BackingVerifier.unwritten(
                seen, planner.recheck(migration.latest(), source, destination))
            : seen;
    TransferPlan transfer = plan.transfer();
    volumes.make(migration, transfer.disks(), destination);
    MigrateCall call = planner.callWithSecrets(plan);
    if (migration.refresh().status().cancelRequested()) {
      return cancelled(passage, wakeUp, stopping);
    }
    MigrateCall shown = plan.requirePossible();
    volumes.requireUntouched(migration, transfer, destination);
    // Checkpoints are read last: one that is made after this is not carried over.
    TransferPlan last = transfer.carrying(passage.hosts().checkpoints());
    migration.change("both hosts are ready", m -> m.start(last, shown, time.now().at()));
    return Optional.of(call);
  }

  private Optional<MigrateCall> cancelled(Passage passage, WakeUp wakeUp, BooleanSupplier stopping)
      throws InterruptedException {
    removeVolumes(passage, wakeUp, stopping);
    DomainLocation where = passage.hosts().look().whereabouts();
    passage.migration().change("cancelled in time", m -> m.found(where).cancelled(time.now().at()));
    return Optional.empty();
  }

  /** A destination that stays away keeps what was made there. */
  private void removeVolumes(Passage passage, WakeUp wakeUp, BooleanSupplier stopping)
      throws InterruptedException {
    Moment began = time.now();
    while (!removed(passage)) {
      if (time.now().since(began).compareTo(properties.patience()) > 0) {
        passage.images().leaveCopies("The destination was unreachable when it was to be deleted.");
        return;
      }
      rest(wakeUp, stopping);
    }
  }

  private static boolean removed(Passage passage) {
    try {
      passage.images().deleteCopies();
      return true;
    } catch (HostUnreachable e) {
      log.warn("The volumes are not deleted yet; trying again: {}", e.getMessage());
      return false;
    }
  }

  private void rest(WakeUp wakeUp, BooleanSupplier stopping) throws InterruptedException {
    if (stopping.getAsBoolean()) {
      throw new RunStopped();
    }
    wakeUp.await(properties.interval());
  }
}
