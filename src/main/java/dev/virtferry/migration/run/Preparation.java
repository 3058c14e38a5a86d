package dev.virtferry.migration.run;

import dev.virtferry.host.Host;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Failure;
import dev.virtferry.migration.IllegalTransition;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Order;
import dev.virtferry.migration.plan.Crossing;
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

  private final Crossing crossing;
  private final BackingVerifier verifier;
  private final VolumeKeeper volumes;
  private final RunProperties properties;
  private final Timepiece time;

  Preparation(
      Crossing crossing,
      BackingVerifier verifier,
      VolumeKeeper volumes,
      RunProperties properties,
      Timepiece time) {
    this.crossing = crossing;
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
  Optional<MigrateCall> prepare(
      HeldMigration migration, BothHosts hosts, Pulse pulse, BooleanSupplier stopping)
      throws InterruptedException {
    final Failure failed;
    boolean first = migration.latest().state() == MigrationState.QUEUED;
    if (first && !leftTheQueue(migration)) {
      return Optional.empty();
    }
    try {
      return patiently(migration, hosts, !first, pulse, stopping);
    } catch (Refused e) {
      failed = new Failure(e.problem(), null);
    } catch (HostUnreachable | LibvirtFailure e) {
      failed = CallOutcome.beforeTheCall(e);
    }
    log.warn("Failed before libvirt was called: {}", failed.problem().detail());
    removeVolumes(migration, hosts, pulse, stopping);
    DomainLocation where = hosts.look().whereabouts();
    migration.change("libvirt was not called", m -> m.found(where).fail(failed, time.now().at()));
    return Optional.empty();
  }

  private static boolean leftTheQueue(HeldMigration migration) {
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
      HeldMigration migration,
      BothHosts hosts,
      boolean interrupted,
      Pulse pulse,
      BooleanSupplier stopping)
      throws InterruptedException {
    @Nullable Moment silentSince = null;
    boolean again = interrupted;
    while (true) {
      if (migration.refresh().cancelRequested()) {
        return cancelled(migration, hosts, pulse, stopping);
      }
      try {
        if (again) {
          hosts.deleteVolumes(migration);
        }
        return attempt(migration, hosts, pulse, stopping);
      } catch (HostUnreachable e) {
        if (silentSince == null) {
          silentSince = time.now();
          log.warn("Waiting for it before libvirt is called: {}", e.getMessage());
        }
        if (hopeless(e, silentSince)) {
          throw e;
        }
        again = true;
        rest(pulse, stopping);
      }
    }
  }

  private boolean hopeless(HostUnreachable trouble, Moment since) {
    return trouble.reason() != HostUnreachable.Reason.NO_ANSWER
        || time.now().since(since).compareTo(properties.patience()) > 0;
  }

  private Optional<MigrateCall> attempt(
      HeldMigration migration, BothHosts hosts, Pulse pulse, BooleanSupplier stopping)
      throws InterruptedException {
    Host source = hosts.source();
    Host destination = hosts.destination();
    Order seen = crossing.recheck(migration.latest(), source, destination);
    boolean compared = verifier.verify(migration, seen, source, destination, stopping);
    if (migration.refresh().cancelRequested()) {
      return cancelled(migration, hosts, pulse, stopping);
    }
    // A comparison takes minutes, in which the images can become somebody's.
    Order order = compared ? crossing.recheck(migration.latest(), source, destination) : seen;
    volumes.make(migration, order.disks(), destination);
    MigrateCall call = crossing.call(order, source, destination, true);
    if (migration.refresh().cancelRequested()) {
      return cancelled(migration, hosts, pulse, stopping);
    }
    MigrateCall shown = crossing.call(order, source, destination, false);
    volumes.requireUntouched(migration, order, destination);
    migration.change("both hosts are ready", m -> m.start(order, shown, time.now().at()));
    return Optional.of(call);
  }

  private Optional<MigrateCall> cancelled(
      HeldMigration migration, BothHosts hosts, Pulse pulse, BooleanSupplier stopping)
      throws InterruptedException {
    removeVolumes(migration, hosts, pulse, stopping);
    DomainLocation where = hosts.look().whereabouts();
    migration.change("cancelled in time", m -> m.found(where).cancelled(time.now().at()));
    return Optional.empty();
  }

  /** A destination that stays away keeps what was made there. */
  private void removeVolumes(
      HeldMigration migration, BothHosts hosts, Pulse pulse, BooleanSupplier stopping)
      throws InterruptedException {
    Moment began = time.now();
    while (!removed(migration, hosts)) {
      if (time.now().since(began).compareTo(properties.patience()) > 0) {
        hosts.leaveVolumes(migration, "The destination was unreachable when it was to be deleted.");
        return;
      }
      rest(pulse, stopping);
    }
  }

  private boolean removed(HeldMigration migration, BothHosts hosts) {
    try {
      hosts.deleteVolumes(migration);
      return true;
    } catch (HostUnreachable e) {
      log.warn("The volumes are not deleted yet; trying again: {}", e.getMessage());
      return false;
    }
  }

  private void rest(Pulse pulse, BooleanSupplier stopping) throws InterruptedException {
    if (stopping.getAsBoolean()) {
      throw new RunStopped();
    }
    pulse.await(properties.interval());
  }
}
