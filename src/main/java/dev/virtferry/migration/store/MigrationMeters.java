package dev.virtferry.migration.store;

import dev.virtferry.migration.Failure;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.Timeline;
import dev.virtferry.notice.Delivery;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * Counts what becomes of migrations, on the replica that writes it down. Labels are closed sets; no
 * domain's name or id is one. docs/metrics.md lists them all.
 */
@Component
@Order(3)
final class MigrationMeters implements MigrationChanged.Listener {

  private static final String NO_PROBLEM = "none";

  private final MeterRegistry meters;

  /** Everything begins at zero, so that a first time is seen as an increase. */
  MigrationMeters(MeterRegistry meters) {
    this.meters = meters;
    for (MigrationState state : MigrationState.values()) {
      entered(state);
      if (state.terminal()) {
        duration(state);
      }
    }
    ended(MigrationState.SUCCEEDED, NO_PROBLEM);
    for (Phase phase : Phase.values()) {
      phase(phase);
    }
    for (Delivery.Status status : Delivery.Status.values()) {
      deliveries(status);
    }
    moved();
    throughput();
    downtime();
  }

  @Override
  public void changed(MigrationChanged event) {
    if (event.entered()) {
      AfterCommit.run(() -> entered(event.now()));
    }
  }

  private void entered(MigrationSnapshot now) {
    MigrationState state = now.migration().state();
    entered(state).increment();
    if (state.terminal()) {
      ended(now.migration());
    }
    if (state == MigrationState.SUCCEEDED) {
      arrived(now.progress());
    }
  }

  /** A callback was tried, and its delivery has that status now. */
  void told(Delivery.Status status) {
    deliveries(status).increment();
  }

  private void ended(Migration migration) {
    Failure failure = migration.failure();
    String problem = failure == null ? NO_PROBLEM : failure.label();
    ended(migration.state(), problem).increment();
    Timeline timeline = migration.timeline();
    record(duration(migration.state()), timeline.createdAt(), timeline.endedAt());
    for (Timeline.PhaseSpan span : timeline.phases()) {
      record(phase(span.phase()), span.startedAt(), span.endedAt());
    }
  }

  private void arrived(Progress progress) {
    moved().record((double) progress.flow().bytesMoved());
    throughput().record((double) progress.flow().averageBytesPerSecond());
    Long pause = progress.downtimeMillis();
    if (pause != null) {
      downtime().record(Duration.ofMillis(pause));
    }
  }

  private static void record(Timer timer, Instant from, @Nullable Instant until) {
    if (until != null) {
      timer.record(Duration.between(from, until));
    }
  }

  private Counter entered(MigrationState state) {
    return Counter.builder("ferry.migration.entered")
        .description("Changes of state that this replica wrote")
        .tag("state", state.name())
        .register(meters);
  }

  private Counter ended(MigrationState outcome, String problem) {
    return Counter.builder("ferry.migration.ended")
        .description("Migrations whose end this replica wrote")
        .tags("outcome", outcome.name(), "problem", problem)
        .register(meters);
  }

  private Timer duration(MigrationState outcome) {
    return Timer.builder("ferry.migration.duration")
        .description("From acceptance to the end")
        .tag("outcome", outcome.name())
        .register(meters);
  }

  private Timer phase(Phase phase) {
    return Timer.builder("ferry.migration.phase")
        .description("How long each phase of a migration that ended lasted")
        .tag("phase", phase.name())
        .register(meters);
  }

  private Timer downtime() {
    return Timer.builder("ferry.migration.downtime")
        .description("The guest's pause in a successful migration, as libvirt measured it")
        .register(meters);
  }

  private DistributionSummary moved() {
    return DistributionSummary.builder("ferry.migration.moved")
        .description("What went over the wire in a successful migration")
        .baseUnit("bytes")
        .register(meters);
  }

  private DistributionSummary throughput() {
    return DistributionSummary.builder("ferry.migration.throughput")
        .description("Average rate of a successful migration")
        .baseUnit("bytes_per_second")
        .register(meters);
  }

  private Counter deliveries(Delivery.Status status) {
    return Counter.builder("ferry.webhook.deliveries")
        .description("Attempts to tell a callback, by the status of the delivery afterwards")
        .tag("outcome", status.name())
        .register(meters);
  }
}
