package dev.virtferry.migration;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether the guest may have left the source and be gone from the destination again, as far as one
 * run of a migration can tell.
 */
final class Departure {

  /**
   * A look takes half of it at most, also while a host is silent. In less than that nobody sees a
   * guest arrive, stops it and undefines it by hand.
   */
  private static final Duration UNWATCHED = Duration.ofSeconds(10);

  private final @Nullable Integer idBefore;

  private Instant watchedAt;
  private boolean unwatched;
  private boolean arrived;

  /**
   * Begins to watch.
   *
   * @param idBefore the number that the guest's run had at the source; null where it is not known
   * @param calledByUs whether this run made the call; before another's it did not watch
   */
  Departure(@Nullable Integer idBefore, boolean calledByUs, Instant now) {
    this.idBefore = idBefore;
    this.unwatched = !calledByUs;
    this.watchedAt = now;
  }

  /**
   * Takes in what a look saw. As long as the source runs the guest as before, it went nowhere.
   *
   * @param began when the look began; what it saw may be as old as that
   */
  void seen(Sighting sighting, Instant began, Instant ended) {
    arrived |= sighting.destinationRuns();
    if (sighting.sourceRuns() && idBefore != null && idBefore.equals(sighting.sourceId())) {
      unwatched = false;
      watchedAt = began;
    } else if (sighting.destination() instanceof Reading.Seen) {
      unwatched |= ended.isAfter(watchedAt.plus(UNWATCHED));
      watchedAt = began;
    }
  }

  /**
   * A run of the guest at the source tells for certain. Where there is none, it was watched all the
   * time, or libvirt itself tells that its job failed.
   *
   * @param returned whether our call ended without an error
   * @param refused whether libvirt ended our call with an error of its own
   */
  boolean possible(@Nullable Integer idNow, boolean returned, boolean refused) {
    if (idBefore != null && idNow != null) {
      return !idNow.equals(idBefore);
    }
    return arrived || returned || (unwatched && !refused);
  }
}
