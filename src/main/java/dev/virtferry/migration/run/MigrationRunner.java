package dev.virtferry.migration.run;

import dev.virtferry.host.Host;
import dev.virtferry.host.Inventory;
import dev.virtferry.libvirt.Asker;
import dev.virtferry.migration.Attention;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Failure;
import dev.virtferry.migration.Lease;
import dev.virtferry.migration.LeaseLost;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Migrations;
import dev.virtferry.migration.Silence;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.time.Timepiece;
import dev.virtferry.trace.Traces;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/** Takes migrations that have a slot, finds their hosts, and has them carried to their end. */
@Component
public class MigrationRunner {

  private final Inventory inventory;
  private final LiveTransfer transfer;
  private final Migrations migrations;
  private final ActiveRuns runs;
  private final Traces traces;
  private final Timepiece time;

  MigrationRunner(
      Inventory inventory,
      LiveTransfer transfer,
      Migrations migrations,
      ActiveRuns runs,
      Traces traces,
      Timepiece time) {
    this.inventory = inventory;
    this.transfer = transfer;
    this.migrations = migrations;
    this.runs = runs;
    this.traces = traces;
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
        return Asker.MIGRATION.asks(() -> underLease(migrations.take(id), wakeUp, stopping));
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

  private Ending underLease(Lease lease, WakeUp wakeUp, BooleanSupplier stopping)
      throws InterruptedException {
    var migration = new LeasedMigration(migrations, lease, traces);
    TransferPlan plan = migration.latest().plan();
    String domain = plan.guest().uuid().toString();
    if (migration.latest().state() == MigrationState.QUEUED) {
      traces.past("queue", lease.trace(), migration.latest().timeline().createdAt());
    }
    try (var _ = MDC.putCloseable("domain", domain);
        var span = traces.open("carry", lease.trace())) {
      span.tag("ferry.migration", lease.migration().toString())
          .tag("ferry.domain", domain)
          .tag("ferry.source", plan.source())
          .tag("ferry.destination", plan.destination());
      Ending ending = betweenHosts(migration, wakeUp, stopping);
      span.tag("ferry.state", migration.latest().state().name());
      return ending;
    }
  }

  private Ending betweenHosts(LeasedMigration migration, WakeUp wakeUp, BooleanSupplier stopping)
      throws InterruptedException {
    Migration found = migration.latest();
    if (found.state().terminal()) {
      return Ending.OVER;
    }
    Optional<Host> source = inventory.named(found.plan().source());
    Optional<Host> destination = inventory.named(found.plan().destination());
    return source.isPresent() && destination.isPresent()
        ? transfer.carry(migration, source.get(), destination.get(), wakeUp, stopping)
        : withoutHosts(migration);
  }

  /** Somebody took a host out of the inventory. Without it nothing can be said of the domain. */
  private Ending withoutHosts(LeasedMigration migration) {
    TransferPlan plan = migration.latest().plan();
    String reason =
        "%s or %s is no longer in the inventory.".formatted(plan.source(), plan.destination());
    Instant now = time.now().at();
    if (migration.latest().state().beforeTheCall()) {
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
}
