package dev.virtferry.migration.run;

import dev.virtferry.host.Host;
import dev.virtferry.host.Inventory;
import dev.virtferry.libvirt.Asker;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.Watch;
import dev.virtferry.migration.Attention;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Failure;
import dev.virtferry.migration.Lease;
import dev.virtferry.migration.LeaseLost;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Migrations;
import dev.virtferry.migration.Order;
import dev.virtferry.migration.Silence;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.time.Timepiece;
import dev.virtferry.trace.Traces;
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

  private final Inventory inventory;
  private final Passages passages;
  private final Preparation preparation;
  private final Migrations migrations;
  private final ActiveRuns runs;
  private final Traces traces;
  private final RunProperties properties;
  private final StallLimits stalls;
  private final Timepiece time;

  MigrationRunner(
      Inventory inventory,
      Passages passages,
      Preparation preparation,
      Migrations migrations,
      ActiveRuns runs,
      Traces traces,
      RunProperties properties,
      StallLimits stalls,
      Timepiece time) {
    this.inventory = inventory;
    this.passages = passages;
    this.preparation = preparation;
    this.migrations = migrations;
    this.runs = runs;
    this.traces = traces;
    this.properties = properties;
    this.stalls = stalls;
    this.time = time;
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
   * @throws LeaseLost when another run took the migration over
   */
  public Ending carry(UUID id, BooleanSupplier stopping) throws InterruptedException {
    try (var _ = MDC.putCloseable("migration", id.toString())) {
      WakeUp wakeUp = runs.begin(id);
      try {
        return Asker.MIGRATION.asks(() -> carry(migrations.take(id), wakeUp, stopping));
      } catch (RunStopped e) {
        return Ending.TO_BE_CONTINUED;
      } finally {
        runs.end(id, wakeUp);
      }
    }
  }

  /** Whether a run of this replica carries it right now. */
  public boolean carries(UUID id) {
    return runs.has(id);
  }

  private Ending carry(Lease lease, WakeUp wakeUp, BooleanSupplier stopping)
      throws InterruptedException {
    var migration = new LeasedMigration(migrations, lease, traces);
    Order order = migration.latest().order();
    String domain = order.guest().uuid().toString();
    if (migration.latest().state() == MigrationState.QUEUED) {
      traces.past("queue", lease.trace(), migration.latest().timeline().createdAt());
    }
    try (var _ = MDC.putCloseable("domain", domain);
        var span = traces.open("carry", lease.trace())) {
      span.tag("ferry.migration", lease.migration().toString())
          .tag("ferry.domain", domain)
          .tag("ferry.source", order.source())
          .tag("ferry.destination", order.destination());
      Ending ending = carry(migration, wakeUp, stopping);
      span.tag("ferry.state", migration.latest().state().name());
      return ending;
    }
  }

  private Ending carry(LeasedMigration migration, WakeUp wakeUp, BooleanSupplier stopping)
      throws InterruptedException {
    Migration found = migration.latest();
    if (found.state().terminal()) {
      return Ending.OVER;
    }
    Optional<Host> source = inventory.named(found.order().source());
    Optional<Host> destination = inventory.named(found.order().destination());
    return source.isPresent() && destination.isPresent()
        ? carry(migration, source.get(), destination.get(), wakeUp, stopping)
        : withoutHosts(migration);
  }

  /** Somebody took a host out of the inventory. Without it nothing can be said of the domain. */
  private Ending withoutHosts(LeasedMigration migration) {
    Order order = migration.latest().order();
    String reason =
        "%s or %s is no longer in the inventory.".formatted(order.source(), order.destination());
    Instant now = time.now().at();
    if (beforeTheCall(migration.latest())) {
      var failure = new Failure(Problem.of(ProblemType.HOST_NOT_FOUND, reason), null);
      migration.change(
          "a host is missing", m -> m.found(DomainLocation.UNKNOWN).fail(failure, now));
      return Ending.OVER;
    }
    var attention =
        new Attention(now, reason, "Put it back into ferry.hosts and restart.", Silence.NONE);
    migration.change("a host is missing", m -> m.recover(DomainLocation.UNKNOWN, attention));
    throw new IllegalStateException(reason);
  }

  private static boolean beforeTheCall(Migration migration) {
    return migration.state() == MigrationState.QUEUED
        || migration.state() == MigrationState.PREPARING;
  }

  private Ending carry(
      LeasedMigration migration,
      Host source,
      Host destination,
      WakeUp wakeUp,
      BooleanSupplier stopping)
      throws InterruptedException {
    Passage passage = passages.of(migration, source, destination);
    Optional<MigrationRun> run = begin(passage, wakeUp, stopping);
    if (run.isEmpty()) {
      return Ending.OVER;
    }
    try (Watch _ = properties.events() ? passage.hosts().listen(wakeUp::nudge) : () -> {}) {
      return watch(run.get(), wakeUp, stopping);
    }
  }

  /**
   * Prepares both hosts and calls libvirt, where no run has done that before.
   *
   * @return the run that watches it; empty when it ended before the call
   */
  Optional<MigrationRun> begin(Passage passage, WakeUp wakeUp, BooleanSupplier stopping)
      throws InterruptedException {
    LeasedMigration migration = passage.migration();
    if (!beforeTheCall(migration.latest())) {
      log.info("Going on with a migration found {}", migration.latest().state());
      return Optional.of(run(passage, OwnCall.NONE));
    }
    Optional<MigrateCall> ready =
        traces.span("prepare", () -> preparation.prepare(passage, wakeUp, stopping));
    if (ready.isEmpty()) {
      return Optional.empty();
    }
    // The last chance to hear that another run took over while this one was stopped.
    migration.refresh();
    Passage planned =
        passages.of(migration, passage.hosts().source(), passage.hosts().destination());
    planned.images().lookBeforeTheCall(time.now());
    CompletableFuture<Void> call = planned.hosts().migrate(ready.get());
    traces.until("virDomainMigrateToURI3", call);
    var _ = call.whenComplete((_, _) -> wakeUp.nudge());
    return Optional.of(run(planned, new OwnCall(call)));
  }

  private MigrationRun run(Passage passage, OwnCall call) {
    return new MigrationRun(passage, call, properties, stalls, traces, time);
  }

  private Ending watch(MigrationRun run, WakeUp wakeUp, BooleanSupplier stopping)
      throws InterruptedException {
    while (!stopping.getAsBoolean()) {
      if (run.step()) {
        return Ending.OVER;
      }
      wakeUp.await(properties.interval());
    }
    return Ending.TO_BE_CONTINUED;
  }
}
