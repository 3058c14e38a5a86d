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

import dev.virtferry.libvirt.MigrateCall;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A migration: what was ordered, what libvirt is told, and what is known of it now. Immutable; each
 * verb returns the next version, or throws {@link IllegalTransition}.
 *
 * @param id a UUID of version 7
 * @param version counts the changes; the store increments it
 * @param call exactly what goes to libvirt
 * @param phase what libvirt's job does or did last; null before it started
 * @param location where the guest is
 * @param cancelRequested whether a client asked for the end
 * @param attention why it is in trouble; null when it is not
 * @param failure why it failed; null unless it did
 */
public record Migration(
    UUID id,
    int version,
    Order order,
    MigrateCall call,
    MigrationState state,
    @Nullable Phase phase,
    DomainLocation location,
    boolean cancelRequested,
    Timeline timeline,
    @Nullable Attention attention,
    @Nullable Failure failure) {

  static Migration accepted(UUID id, Order order, MigrateCall call, Instant now) {
    return new Migration(
        id,
        1,
        order,
        call,
        QUEUED,
        null,
        DomainLocation.SOURCE,
        false,
        Timeline.from(now),
        null,
        null);
  }

  /** Leaves the queue. */
  Migration prepare() {
    return to(PREPARING, "prepare");
  }

  /** Written down before libvirt is called: from here on a job may exist. */
  Migration start(Instant now) {
    Phase first = order.firstPhase();
    return to(MIGRATING, "start").with(first, location, timeline.started(now).entered(first, now));
  }

  /** libvirt's job is seen in this phase. A phase that was left is not entered again. */
  Migration observe(Phase seen, DomainLocation where, Instant now) {
    require(!state.terminal() && state != QUEUED && state != PREPARING, "be observed");
    Migration running = state == MIGRATING ? this : to(MIGRATING, "go on").calm();
    boolean later = phase == null || seen.compareTo(phase) > 0;
    return later
        ? running.with(seen, where, timeline.entered(seen, now))
        : running.with(phase, where, timeline);
  }

  /**
   * A client wants it to end. A terminal cancelled one and one that is asked again stay as they
   * are.
   */
  Migration requestCancel(Instant now) {
    if (state == CANCELLED || (cancelRequested && !state.terminal())) {
      return this;
    }
    require(cancellable(), "be cancelled");
    Migration asked = withCancelRequested();
    return state == QUEUED ? asked.cancelled(now) : asked;
  }

  private boolean cancellable() {
    return switch (state) {
      case QUEUED, PREPARING -> true;
      case MIGRATING, RECOVERING -> phase == null || phase.abortable();
      case FINISHING, NEEDS_ATTENTION, SUCCEEDED, FAILED, CANCELLED -> false;
    };
  }

  /** The hosts' answers are not final; says why. */
  Migration recover(DomainLocation where, Attention why) {
    return state == RECOVERING
        ? with(phase, where, timeline).troubled(why)
        : to(RECOVERING, "recover").with(phase, where, timeline).troubled(why);
  }

  /** Only a person can decide what happens to the guest. */
  Migration needAttention(DomainLocation where, Attention why) {
    return state == NEEDS_ATTENTION
        ? with(phase, where, timeline).troubled(why)
        : to(NEEDS_ATTENTION, "need attention").with(phase, where, timeline).troubled(why);
  }

  /** The call is over; {@code where} is what both hosts show now. */
  Migration finish(DomainLocation where) {
    Migration finishing = state == FINISHING ? this : to(FINISHING, "finish").calm();
    return finishing.with(phase, where, timeline);
  }

  Migration succeed(Instant now) {
    require(location == DomainLocation.DESTINATION, "succeed with the guest elsewhere");
    return to(SUCCEEDED, "succeed").with(phase, location, timeline.ended(now));
  }

  Migration cancelled(Instant now) {
    return to(CANCELLED, "end as cancelled").with(phase, location, timeline.ended(now));
  }

  Migration fail(Failure why, Instant now) {
    Migration failed = to(FAILED, "fail").with(phase, location, timeline.ended(now));
    return new Migration(
        failed.id,
        failed.version,
        failed.order,
        failed.call,
        failed.state,
        failed.phase,
        failed.location,
        failed.cancelRequested,
        failed.timeline,
        null,
        why);
  }

  /** The same under another version; for the store, which counts. */
  public Migration versioned(int version) {
    return new Migration(
        id,
        version,
        order,
        call,
        state,
        phase,
        location,
        cancelRequested,
        timeline,
        attention,
        failure);
  }

  private Migration to(MigrationState next, String verb) {
    require(state.next().contains(next), verb);
    return new Migration(
        id,
        version,
        order,
        call,
        next,
        phase,
        location,
        cancelRequested,
        timeline,
        attention,
        failure);
  }

  private Migration with(@Nullable Phase phase, DomainLocation location, Timeline timeline) {
    return new Migration(
        id,
        version,
        order,
        call,
        state,
        phase,
        location,
        cancelRequested,
        timeline,
        attention,
        failure);
  }

  private Migration troubled(Attention why) {
    Attention told =
        attention != null && Objects.equals(attention.reason(), why.reason()) ? attention : why;
    return new Migration(
        id, version, order, call, state, phase, location, cancelRequested, timeline, told, failure);
  }

  private Migration calm() {
    return new Migration(
        id, version, order, call, state, phase, location, cancelRequested, timeline, null, failure);
  }

  private Migration withCancelRequested() {
    return new Migration(
        id, version, order, call, state, phase, location, true, timeline, attention, failure);
  }

  private void require(boolean allowed, String verb) {
    if (!allowed) {
      throw new IllegalTransition(id, state, verb);
    }
  }
}
