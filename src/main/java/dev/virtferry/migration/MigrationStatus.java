package dev.virtferry.migration;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a migration stands. Stored, {@code incidents} stand in one object with the rest.
 *
 * @param phase what libvirt's job does or did last; null before it started
 * @param location where the guest is
 * @param cancelRequested whether a client asked for the end
 * @param incidents what befell the guest on its way
 * @param pending what else clients asked for
 * @param tuning what became of the last change of bandwidth; null when there was none
 * @param attention why it is in trouble; null when it is not
 * @param failure why it failed; null unless it did
 */
public record MigrationStatus(
    MigrationState state,
    @Nullable Phase phase,
    DomainLocation location,
    boolean cancelRequested,
    @JsonUnwrapped Incidents incidents,
    @JsonProperty("wishes") PendingRequests pending,
    @Nullable Tuning tuning,
    @Nullable Attention attention,
    @Nullable Failure failure) {

  static final MigrationStatus ACCEPTED =
      new MigrationStatus(
          MigrationState.QUEUED,
          null,
          DomainLocation.SOURCE,
          false,
          Incidents.NONE,
          PendingRequests.NONE,
          null,
          null,
          null);

  /** What an older version wrote has nothing pending. */
  public MigrationStatus {
    pending = Objects.requireNonNullElse(pending, PendingRequests.NONE);
  }

  MigrationStatus with(MigrationState state) {
    return new MigrationStatus(
        state, phase, location, cancelRequested, incidents, pending, tuning, attention, failure);
  }

  MigrationStatus with(Phase phase) {
    return new MigrationStatus(
        state, phase, location, cancelRequested, incidents, pending, tuning, attention, failure);
  }

  MigrationStatus with(DomainLocation location) {
    return new MigrationStatus(
        state, phase, location, cancelRequested, incidents, pending, tuning, attention, failure);
  }

  MigrationStatus with(@Nullable Attention attention) {
    return new MigrationStatus(
        state, phase, location, cancelRequested, incidents, pending, tuning, attention, failure);
  }

  MigrationStatus with(Failure failure) {
    return new MigrationStatus(
        state, phase, location, cancelRequested, incidents, pending, tuning, null, failure);
  }

  MigrationStatus with(PendingRequests pending) {
    return new MigrationStatus(
        state, phase, location, cancelRequested, incidents, pending, tuning, attention, failure);
  }

  MigrationStatus with(Tuning tuning) {
    return new MigrationStatus(
        state, phase, location, cancelRequested, incidents, pending, tuning, attention, failure);
  }

  private MigrationStatus with(Incidents incidents) {
    return new MigrationStatus(
        state, phase, location, cancelRequested, incidents, pending, tuning, attention, failure);
  }

  MigrationStatus withCancelRequested() {
    return new MigrationStatus(
        state, phase, location, true, incidents, pending, tuning, attention, failure);
  }

  MigrationStatus withGuestSuspended() {
    return with(incidents.withSuspension());
  }

  MigrationStatus withFork() {
    return with(incidents.withFork());
  }

  MigrationStatus withGuestGoingOn() {
    return with(incidents.withGuestGoingOn());
  }

  MigrationStatus withGuestStartedAnew() {
    return with(incidents.withGuestStartedAnew());
  }

  /** Whether virt-ferry paused the guest at the source to bring the copy to its end. */
  public boolean suspended() {
    return incidents.suspended();
  }

  /** Whether both hosts may have run the guest, each on its own disks. */
  public boolean forked() {
    return incidents.forked();
  }

  /** Whether the source was seen to go on with the guest after the destination had it. */
  public boolean ranOn() {
    return incidents.ranOn();
  }

  /** Whether the destination was seen to run a guest that was started there anew. */
  public boolean startedAnew() {
    return incidents.startedAnew();
  }

  /** What it takes of the limits once it was admitted. */
  public Slots slots() {
    return switch (state) {
      case QUEUED, PREPARING, MIGRATING, FINISHING -> Slots.BOTH;
      case RECOVERING -> {
        Attention why = attention;
        yield why == null ? Slots.BOTH : why.slots();
      }
      case NEEDS_ATTENTION, SUCCEEDED, FAILED, CANCELLED -> Slots.NONE;
    };
  }

  /** Whether it is still before the point from which only the hosts decide. */
  boolean steerable() {
    return switch (state) {
      case QUEUED, PREPARING -> true;
      case MIGRATING, RECOVERING -> phase == null || phase.abortable();
      case FINISHING, NEEDS_ATTENTION, SUCCEEDED, FAILED, CANCELLED -> false;
    };
  }

  /** How a client asked to bring the memory copy to its end; null when none did. */
  public @Nullable Completion completion() {
    return pending.completion();
  }

  /** Whether a client asked to go on with a post-copy whose link was lost. */
  public boolean resumptionRequested() {
    return pending.resumption();
  }
}
