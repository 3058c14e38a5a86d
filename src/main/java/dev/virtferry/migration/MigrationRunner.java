package dev.virtferry.migration;

import dev.virtferry.host.Host;
import dev.virtferry.host.Inventory;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.Watch;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/**
 * Carries migrations from their slot to their end: prepare, call, watch. One whose call may have
 * been made before is only watched; starting is the one thing that is never done twice.
 */
@Component
public class MigrationRunner {

  private static final Logger log = LoggerFactory.getLogger(MigrationRunner.class);

  private static final Duration PATIENCE_WITH_THE_DESTINATION = Duration.ofSeconds(30);

  private final Inventory inventory;
  private final Hypervisor hypervisor;
  private final Crossing crossing;
  private final BackingVerifier verifier;
  private final VolumeKeeper volumes;
  private final JobTuner tuner;
  private final Migrations migrations;
  private final RunsUnderWay runs;
  private final RunProperties properties;
  private final StallLimits stalls;
  private final Clock clock;

  MigrationRunner(
      Inventory inventory,
      Hypervisor hypervisor,
      Crossing crossing,
      BackingVerifier verifier,
      VolumeKeeper volumes,
      JobTuner tuner,
      Migrations migrations,
      RunsUnderWay runs,
      RunProperties properties,
      StallLimits stalls,
      Clock clock) {
    this.inventory = inventory;
    this.hypervisor = hypervisor;
    this.crossing = crossing;
    this.verifier = verifier;
    this.volumes = volumes;
    this.tuner = tuner;
    this.migrations = migrations;
    this.runs = runs;
    this.properties = properties;
    this.stalls = stalls;
    this.clock = clock;
  }

  /** How a run ended. */
  public enum Ending {
    /** The migration has ended. */
    OVER,
    /** It has not; another run has to go on. */
    TO_BE_CONTINUED
  }

  /**
   * Carries a migration as far as it goes.
   *
   * @param stopping whether the service wants to stop; libvirt's job is left running then
   * @throws HoldLost when another run took the migration over
   */
  public Ending carry(UUID id, BooleanSupplier stopping) throws InterruptedException {
    try (var _ = MDC.putCloseable("migration", id.toString())) {
      Pulse pulse = runs.begin(id);
      try {
        return carry(migrations.take(id), pulse, stopping);
      } catch (RunStopped e) {
        return Ending.TO_BE_CONTINUED;
      } finally {
        runs.end(id, pulse);
      }
    }
  }

  private Ending carry(Hold hold, Pulse pulse, BooleanSupplier stopping)
      throws InterruptedException {
    var migration = new HeldMigration(migrations, hold);
    String domain = migration.latest().order().guest().uuid().toString();
    try (var _ = MDC.putCloseable("domain", domain)) {
      return carry(migration, pulse, stopping);
    }
  }

  private Ending carry(HeldMigration migration, Pulse pulse, BooleanSupplier stopping)
      throws InterruptedException {
    Migration found = migration.latest();
    if (found.state().terminal()) {
      return Ending.OVER;
    }
    Optional<Host> source = inventory.named(found.order().source());
    Optional<Host> destination = inventory.named(found.order().destination());
    return source.isPresent() && destination.isPresent()
        ? carry(migration, source.get(), destination.get(), pulse, stopping)
        : withoutHosts(migration);
  }

  /** Somebody took a host out of the inventory. Without it nothing can be said of the domain. */
  private Ending withoutHosts(HeldMigration migration) {
    Order order = migration.latest().order();
    String reason =
        "%s or %s is no longer in the inventory.".formatted(order.source(), order.destination());
    Instant now = clock.instant();
    if (beforeTheCall(migration.latest())) {
      var failure = new Failure(Problem.of(ProblemType.HOST_NOT_FOUND, reason), null);
      migration.change("a host is missing", m -> m.fail(failure, now));
      return Ending.OVER;
    }
    var attention = new Attention(now, reason, "Put it back into ferry.hosts and restart.");
    migration.change("a host is missing", m -> m.recover(DomainLocation.UNKNOWN, attention));
    throw new IllegalStateException(reason);
  }

  private static boolean beforeTheCall(Migration migration) {
    return migration.state() == MigrationState.QUEUED
        || migration.state() == MigrationState.PREPARING;
  }

  private Ending carry(
      HeldMigration migration, Host source, Host destination, Pulse pulse, BooleanSupplier stopping)
      throws InterruptedException {
    Migration found = migration.latest();
    CompletableFuture<Void> call = null;
    if (beforeTheCall(found)) {
      Optional<MigrateCall> ready = prepare(migration, source, destination, pulse, stopping);
      if (ready.isEmpty()) {
        return Ending.OVER;
      }
      // The last chance to hear that another run took over while this one was stopped.
      migration.refresh();
      call = hypervisor.migrate(source.address(), ready.get());
      var _ = call.whenComplete((_, _) -> pulse.nudge());
    } else {
      log.info("Going on with a migration found {}", found.state());
    }
    var hosts = new BothHosts(hypervisor, volumes, tuner, found.order(), source, destination);
    var run = new MigrationRun(hosts, migration, call, properties, stalls, clock);
    try (Watch _ = properties.events() ? hosts.listen(pulse::nudge) : () -> {}) {
      return watch(run, pulse, stopping);
    }
  }

  private Ending watch(MigrationRun run, Pulse pulse, BooleanSupplier stopping)
      throws InterruptedException {
    while (!stopping.getAsBoolean()) {
      if (run.step()) {
        return Ending.OVER;
      }
      pulse.await(properties.interval());
    }
    return Ending.TO_BE_CONTINUED;
  }

  /**
   * Up to here libvirt has not been told anything, so every failure is an end at once.
   *
   * @return what libvirt is to be given; empty when the migration has ended
   */
  private Optional<MigrateCall> prepare(
      HeldMigration migration, Host source, Host destination, Pulse pulse, BooleanSupplier stopping)
      throws InterruptedException {
    final Failure failed;
    boolean first = migration.latest().state() == MigrationState.QUEUED;
    if (first && !leftTheQueue(migration)) {
      return Optional.empty();
    }
    try {
      if (!first) {
        // Another run died here; what it began to make may be half done.
        volumes.delete(migration, destination);
      }
      Order order = crossing.recheck(migration.latest(), source, destination);
      verifier.verify(migration, order, source, destination, stopping);
      volumes.make(migration, order.disks(), destination);
      MigrateCall call = crossing.call(order, source, destination, true);
      if (migration.refresh().cancelRequested()) {
        removeVolumes(migration, destination, pulse, stopping);
        migration.change("cancelled in time", m -> m.cancelled(clock.instant()));
        return Optional.empty();
      }
      MigrateCall shown = crossing.call(order, source, destination, false);
      migration.change("both hosts are ready", m -> m.start(order, shown, clock.instant()));
      return Optional.of(call);
    } catch (Refused e) {
      failed = new Failure(e.problem(), null);
    } catch (HostUnreachable | LibvirtFailure e) {
      failed = CallOutcome.beforeTheCall(e);
    }
    log.warn("Failed before libvirt was called: {}", failed.problem().detail());
    removeVolumes(migration, destination, pulse, stopping);
    migration.change("libvirt was not called", m -> m.fail(failed, clock.instant()));
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

  /** A daemon that only starts anew is waited for; one that stays away keeps what was made. */
  private void removeVolumes(
      HeldMigration migration, Host destination, Pulse pulse, BooleanSupplier stopping)
      throws InterruptedException {
    Instant patience = clock.instant().plus(PATIENCE_WITH_THE_DESTINATION);
    while (!removed(migration, destination)) {
      if (stopping.getAsBoolean()) {
        throw new RunStopped();
      }
      if (clock.instant().isAfter(patience)) {
        volumes.leave(migration, "The destination was unreachable when it was to be deleted.");
        return;
      }
      pulse.await(properties.interval());
    }
  }

  private boolean removed(HeldMigration migration, Host destination) {
    try {
      volumes.delete(migration, destination);
      return true;
    } catch (HostUnreachable e) {
      log.warn("The volumes are not deleted yet; trying again: {}", e.getMessage());
      return false;
    }
  }
}
