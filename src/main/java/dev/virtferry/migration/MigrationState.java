package dev.virtferry.migration;

import java.util.Set;

/** The states of a migration. Every legal change of state is in {@link #next}. */
public enum MigrationState {
  /** Accepted; waits for a slot on both hosts. */
  QUEUED,
  /** Both hosts are checked once more; libvirt has not been told anything. */
  PREPARING,
  /** libvirt's job runs. */
  MIGRATING,
  /** The call is over; both hosts are read to learn what became of the domain. */
  FINISHING,
  /** The truth is not known yet: a host is unreachable, or the hosts' answers are not final. */
  RECOVERING,
  /** The guest runs on both hosts or on neither: a person has to decide. Nothing is touched. */
  NEEDS_ATTENTION,
  /** The domain is at the destination and no longer runs at the source. */
  SUCCEEDED,
  /** The domain did not move. */
  FAILED,
  /** The domain did not move, because a client asked for that. */
  CANCELLED;

  /** The states that may follow this one. */
  public Set<MigrationState> next() {
    return switch (this) {
      case QUEUED -> Set.of(PREPARING, FAILED, CANCELLED);
      case PREPARING -> Set.of(MIGRATING, FAILED, CANCELLED);
      case MIGRATING -> Set.of(FINISHING, RECOVERING, NEEDS_ATTENTION);
      case FINISHING -> Set.of(SUCCEEDED, FAILED, CANCELLED, RECOVERING, NEEDS_ATTENTION);
      case RECOVERING -> Set.of(MIGRATING, FINISHING, NEEDS_ATTENTION, FAILED);
      case NEEDS_ATTENTION -> Set.of(MIGRATING, FINISHING, RECOVERING, FAILED);
      case SUCCEEDED, FAILED, CANCELLED -> Set.of();
    };
  }

  /** Whether libvirt has not been told of it. */
  public boolean beforeTheCall() {
    return this == QUEUED || this == PREPARING;
  }

  /** Whether this is an end. */
  public boolean terminal() {
    return next().isEmpty();
  }
}
