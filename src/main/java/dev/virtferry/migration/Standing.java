package dev.virtferry.migration;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a migration stands.
 *
 * @param phase what libvirt's job does or did last; null before it started
 * @param location where the guest is
 * @param cancelRequested whether a client asked for the end
 * @param suspended whether virt-ferry paused the guest at the source to bring the copy to its end
 * @param forked whether both hosts may have run the guest, each on its own disks
 * @param ranOn whether the source was seen to go on with the guest after the destination had it
 * @param startedAnew whether the destination was seen to run a guest that was started there anew
 * @param wishes what else clients asked for
 * @param tuning what became of the last change of bandwidth; null when there was none
 * @param attention why it is in trouble; null when it is not
 * @param failure why it failed; null unless it did
 */
public record Standing(
    MigrationState state,
    @Nullable Phase phase,
    DomainLocation location,
    boolean cancelRequested,
    boolean suspended,
    boolean forked,
    boolean ranOn,
    boolean startedAnew,
    Wishes wishes,
    @Nullable Tuning tuning,
    @Nullable Attention attention,
    @Nullable Failure failure) {

  static final Standing ACCEPTED =
      new Standing(
          MigrationState.QUEUED,
          null,
          DomainLocation.SOURCE,
          false,
          false,
          false,
          false,
          false,
          Wishes.NONE,
          null,
          null,
          null);

  /** What an older version wrote has no wishes. */
  public Standing {
    wishes = Objects.requireNonNullElse(wishes, Wishes.NONE);
  }

  Standing with(MigrationState state) {
    return new Standing(
        state,
        phase,
        location,
        cancelRequested,
        suspended,
        forked,
        ranOn,
        startedAnew,
        wishes,
        tuning,
        attention,
        failure);
  }

  Standing with(Phase phase) {
    return new Standing(
        state,
        phase,
        location,
        cancelRequested,
        suspended,
        forked,
        ranOn,
        startedAnew,
        wishes,
        tuning,
        attention,
        failure);
  }

  Standing with(DomainLocation location) {
    return new Standing(
        state,
        phase,
        location,
        cancelRequested,
        suspended,
        forked,
        ranOn,
        startedAnew,
        wishes,
        tuning,
        attention,
        failure);
  }

  Standing with(@Nullable Attention attention) {
    return new Standing(
        state,
        phase,
        location,
        cancelRequested,
        suspended,
        forked,
        ranOn,
        startedAnew,
        wishes,
        tuning,
        attention,
        failure);
  }

  Standing with(Failure failure) {
    return new Standing(
        state,
        phase,
        location,
        cancelRequested,
        suspended,
        forked,
        ranOn,
        startedAnew,
        wishes,
        tuning,
        null,
        failure);
  }

  Standing with(Wishes wishes) {
    return new Standing(
        state,
        phase,
        location,
        cancelRequested,
        suspended,
        forked,
        ranOn,
        startedAnew,
        wishes,
        tuning,
        attention,
        failure);
  }

  Standing with(Tuning tuning) {
    return new Standing(
        state,
        phase,
        location,
        cancelRequested,
        suspended,
        forked,
        ranOn,
        startedAnew,
        wishes,
        tuning,
        attention,
        failure);
  }

  Standing askedToCancel() {
    return new Standing(
        state,
        phase,
        location,
        true,
        suspended,
        forked,
        ranOn,
        startedAnew,
        wishes,
        tuning,
        attention,
        failure);
  }

  Standing withGuestSuspended() {
    return new Standing(
        state,
        phase,
        location,
        cancelRequested,
        true,
        forked,
        ranOn,
        startedAnew,
        wishes,
        tuning,
        attention,
        failure);
  }

  Standing withFork() {
    return new Standing(
        state,
        phase,
        location,
        cancelRequested,
        suspended,
        true,
        ranOn,
        startedAnew,
        wishes,
        tuning,
        attention,
        failure);
  }

  Standing withGuestStartedAnew() {
    return new Standing(
        state,
        phase,
        location,
        cancelRequested,
        suspended,
        forked,
        ranOn,
        true,
        wishes,
        tuning,
        attention,
        failure);
  }

  Standing withGuestGoingOn() {
    return new Standing(
        state,
        phase,
        location,
        cancelRequested,
        suspended,
        forked,
        true,
        startedAnew,
        wishes,
        tuning,
        attention,
        failure);
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
    return wishes.completion();
  }

  /** Whether a client asked to go on with a post-copy whose link was lost. */
  public boolean resumptionRequested() {
    return wishes.resumption();
  }
}
