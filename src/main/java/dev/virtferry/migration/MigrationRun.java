package dev.virtferry.migration;

import dev.virtferry.host.Host;
import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.migration.TruthTable.Circumstances;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one migration whose job may run, from the native call, or from where another run left it,
 * to an end that both hosts show.
 */
final class MigrationRun {

  private static final Logger log = LoggerFactory.getLogger(MigrationRun.class);

  /** libvirt takes an abort at once and obeys it later; asking more often would not help. */
  private static final Duration BETWEEN_ABORTS = Duration.ofSeconds(2);

  private final Hypervisor hypervisor;
  private final Migrations migrations;
  private final RunProperties properties;
  private final Clock clock;
  private final Hold hold;
  private final Host source;
  private final Host destination;
  private final @Nullable CompletableFuture<Void> call;
  private final Observer observer;
  private final ProgressMeter meter;

  private Migration migration;
  private boolean destinationSeen;
  private boolean downtimeSet;
  private Instant abortedAt = Instant.MIN;
  private boolean abortTaken;
  private @Nullable Verdict doubt;
  private Instant doubtSince = Instant.MIN;

  /**
   * Prepares to watch.
   *
   * @param call the native call of this run; null when another run made it, or may have made it
   */
  MigrationRun(
      Hypervisor hypervisor,
      Migrations migrations,
      RunProperties properties,
      Clock clock,
      Hold hold,
      Tracked tracked,
      Host source,
      Host destination,
      @Nullable CompletableFuture<Void> call) {
    this.hypervisor = hypervisor;
    this.migrations = migrations;
    this.properties = properties;
    this.clock = clock;
    this.hold = hold;
    this.source = source;
    this.destination = destination;
    this.call = call;
    this.migration = tracked.migration();
    this.meter = new ProgressMeter(tracked.progress());
    this.observer =
        new Observer(hypervisor, migration.order(), source.address(), destination.address());
    this.destinationSeen = call == null;
  }

  /** Looks once and acts on it; true when the migration has ended. */
  boolean step() {
    // Read before the hosts: only a call that was over by then makes their answers final.
    boolean callPending = call != null && !call.isDone();
    Sighting sighting = observer.look();
    migration = migrations.current(hold);
    destinationSeen |= sighting.destinationHolds();
    Phase phase = Objects.requireNonNull(migration.phase());
    var circumstances = new Circumstances(phase, callPending, destinationSeen);
    return act(TruthTable.judge(sighting, circumstances), sighting);
  }

  private boolean act(Verdict verdict, Sighting sighting) {
    return switch (verdict) {
      case Verdict.Underway underway -> {
        goOn(underway, sighting);
        yield false;
      }
      case Verdict.Unsettled unsettled -> {
        if (lasts(unsettled)) {
          trouble(unsettled);
        }
        yield false;
      }
      case Verdict.Contradiction contradiction -> {
        if (lasts(contradiction)) {
          trouble(contradiction);
        }
        yield false;
      }
      case Verdict.Moved _ -> {
        arrive();
        yield true;
      }
      case Verdict.Stayed stayed -> {
        boolean sure = call != null || lasts(stayed);
        if (sure) {
          stay(stayed.source());
        }
        yield sure;
      }
    };
  }

  private void goOn(Verdict.Underway underway, Sighting sighting) {
    doubt = null;
    Migration seen = migration.observe(underway.phase(), underway.location(), clock.instant());
    if (!seen.equals(migration)) {
      migration =
          change(
              "libvirt's job runs",
              m -> m.observe(underway.phase(), underway.location(), clock.instant()));
    }
    boolean jobRuns = sighting.job().activity() == Activity.RUNNING;
    if (jobRuns) {
      tuneDowntime();
      Progress before = meter.latest();
      Progress now = meter.measure(sighting, clock.instant());
      if (!now.equals(before)) {
        migrations.report(hold, now);
      }
    }
    if (migration.cancelRequested() && underway.phase().abortable() && jobRuns) {
      abort();
    }
  }

  private void tuneDowntime() {
    Long millis = migration.order().options().maxDowntimeMillis();
    if (millis == null || downtimeSet) {
      return;
    }
    try {
      hypervisor.setMaxDowntime(source.address(), migration.order().guest().uuid(), millis);
      downtimeSet = true;
    } catch (HostUnreachable | LibvirtFailure e) {
      log.warn("The maximal downtime is not set yet; trying again: {}", e.getMessage());
    }
  }

  private void abort() {
    Instant now = clock.instant();
    if (now.isBefore(abortedAt.plus(BETWEEN_ABORTS))) {
      return;
    }
    abortedAt = now;
    try {
      hypervisor.abort(source.address(), migration.order().guest().uuid());
      abortTaken = true;
      log.info("Asked libvirt to abort the job");
    } catch (HostUnreachable | LibvirtFailure e) {
      log.warn("The abort was not taken; looking again: {}", e.getMessage());
    }
  }

  /** Whether this verdict has been the same for long enough to be told. */
  private boolean lasts(Verdict verdict) {
    Instant now = clock.instant();
    if (!verdict.equals(doubt)) {
      doubt = verdict;
      doubtSince = now;
    }
    return !now.isBefore(doubtSince.plus(properties.settle()));
  }

  private void trouble(Verdict.Unsettled it) {
    Attention attention = new Attention(doubtSince, it.reason(), it.advice());
    changeIfNew("not final", m -> m.recover(it.location(), attention));
  }

  private void trouble(Verdict.Contradiction it) {
    Attention attention = new Attention(doubtSince, it.reason(), it.advice());
    changeIfNew("needs a person", m -> m.needAttention(it.location(), attention));
  }

  private void changeIfNew(String cause, UnaryOperator<Migration> verb) {
    Migration next = verb.apply(migration);
    if (!next.equals(migration)) {
      migration = change(cause, verb);
      log.warn("{}: {}", migration.state(), Objects.requireNonNull(migration.attention()).reason());
    }
  }

  private void arrive() {
    migration = change("the destination has the domain", m -> m.finish(DomainLocation.DESTINATION));
    String cause = "both hosts were read" + restoreAutostart();
    migrations.report(hold, meter.latest().complete());
    migration = change(cause, m -> m.succeed(clock.instant()));
    log.info("Succeeded: the domain is on {}", destination.name());
  }

  /** Autostart does not travel with a domain. A loss is told in the history. */
  private String restoreAutostart() {
    Order.Guest guest = migration.order().guest();
    if (!guest.autostart()) {
      return "";
    }
    try {
      hypervisor.setAutostart(destination.address(), guest.uuid(), true);
      return "";
    } catch (HostUnreachable | LibvirtFailure e) {
      log.warn("Autostart could not be set on {}: {}", destination.name(), e.getMessage());
      return "; autostart could not be set on the destination, set it by hand";
    }
  }

  private void stay(DomainCondition condition) {
    Throwable error = error();
    migration = change("the source has the domain", m -> m.finish(DomainLocation.SOURCE));
    // An abort in the memory phase may end the call with an error of the broken stream instead of
    // 78.
    boolean aborted = abortTaken || error == null || CallOutcome.aborted(error);
    if (migration.cancelRequested() && aborted) {
      migration = change("both hosts were read", m -> m.cancelled(clock.instant()));
      log.info("Cancelled: the domain stays on {}", source.name());
    } else {
      Failure failure = CallOutcome.failure(error, condition);
      migration = change("both hosts were read", m -> m.fail(failure, clock.instant()));
      log.warn("Failed: {}", failure.problem().detail());
    }
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

  private Migration change(String cause, UnaryOperator<Migration> verb) {
    return migrations.change(hold, cause, verb);
  }
}
