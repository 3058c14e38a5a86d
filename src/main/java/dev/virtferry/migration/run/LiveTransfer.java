package dev.virtferry.migration.run;

import dev.virtferry.host.Host;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.Watch;
import dev.virtferry.migration.run.MigrationRunner.Ending;
import dev.virtferry.time.Timepiece;
import dev.virtferry.trace.Traces;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Carries a guest that runs, by libvirt's live migration: prepare, call, watch. One whose call may
 * have been made before is only watched; starting is the one thing that is never done twice.
 */
@Component
final class LiveTransfer {

  private static final Logger log = LoggerFactory.getLogger(LiveTransfer.class);

  private final Passages passages;
  private final Preparation preparation;
  private final Traces traces;
  private final RunProperties properties;
  private final StallLimits stalls;
  private final Timepiece time;

  LiveTransfer(
      Passages passages,
      Preparation preparation,
      Traces traces,
      RunProperties properties,
      StallLimits stalls,
      Timepiece time) {
    this.passages = passages;
    this.preparation = preparation;
    this.traces = traces;
    this.properties = properties;
    this.stalls = stalls;
    this.time = time;
  }

  /**
   * Carries a migration as far as it goes.
   *
   * @param stopping whether the service wants to stop; libvirt's job is left running then
   * @throws dev.virtferry.migration.LeaseLost when another run took the migration over
   * @throws RunStopped when the service wants to stop before libvirt is called
   */
  Ending carry(
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
    if (!migration.latest().state().beforeTheCall()) {
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
    CompletableFuture<Void> call = planned.hosts().confirmed().migrate(ready.get());
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
