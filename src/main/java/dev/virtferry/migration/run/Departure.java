package dev.virtferry.migration.run;

import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.DomainRun;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.migration.Guest;
import dev.virtferry.migration.truth.HostReading;
import dev.virtferry.migration.truth.HostsObservation;
import dev.virtferry.time.Moment;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one run of a migration can tell of what no look shows: whether the guest left the source and
 * is gone from the destination again, and whether the source went on with it after the destination
 * had it.
 */
final class Departure {

  /**
   * A look takes half of it at most, also while a host is silent. In less than that nobody sees a
   * guest arrive, stops it and undefines it by hand.
   */
  private static final Duration UNWATCHED = Duration.ofSeconds(10);

  /** libvirt's keepalive takes longer before a source goes on by itself. */
  private static final Duration LET_OUT_OF_SIGHT = Duration.ofSeconds(20);

  private final Guest guest;
  private Moment watchedAt;
  private boolean unwatched;
  private Moment sourceWatchedAt;
  private boolean sourceUnwatched;
  private boolean destinationHadIt;
  private boolean arrived;
  private boolean ranOn;
  private @Nullable DomainRun now;

  /**
   * Begins to watch.
   *
   * @param guest with its run at the source, where that is known
   * @param calledByUs whether this run made the call; before another's it did not watch
   */
  Departure(Guest guest, boolean calledByUs, Moment now) {
    this.guest = guest;
    this.unwatched = !calledByUs;
    this.watchedAt = now;
    this.sourceUnwatched = !calledByUs;
    this.sourceWatchedAt = now;
  }

  /**
   * Whether the number of a run is no proof: the daemon may have been started anew since the source
   * was last seen to go on, and counts anew then.
   */
  boolean countsNoMore(Moment now) {
    return unwatched || now.atMostSince(watchedAt).compareTo(UNWATCHED) > 0;
  }

  /**
   * Takes in what a look saw.
   *
   * @param run at the source, with its processor time where its number is no proof
   * @param began when the look began; what it saw may be as old as that
   */
  void seen(HostsObservation observation, @Nullable DomainRun run, Moment began, Moment ended) {
    now = run;
    boolean sameRun = continues();
    boolean goesOn = sameRun && observation.sourceRuns();
    arrived |= observation.destinationRuns();
    // The hosts are read one after the other, so only the look after next shows both at a time.
    ranOn |= goesOn && destinationHadIt && observation.destinationHasIt();
    destinationHadIt = observation.destinationHasIt();
    watchDestination(observation, goesOn, began, ended);
    watchSource(observation, sameRun, began, ended);
  }

  /** As long as the source runs the guest as before, it went nowhere. */
  private void watchDestination(
      HostsObservation observation, boolean goesOn, Moment began, Moment ended) {
    if (goesOn) {
      unwatched = false;
      watchedAt = began;
    } else if (observation.destination() instanceof HostReading.Seen) {
      unwatched |= ended.atMostSince(watchedAt).compareTo(UNWATCHED) > 0;
      watchedAt = began;
    }
  }

  /** A source that has not finished the migration did not run the guest after it. */
  private void watchSource(
      HostsObservation observation, boolean sameRun, Moment began, Moment ended) {
    if (!(observation.source() instanceof HostReading.Seen(DomainCondition condition))) {
      return;
    }
    boolean inIt =
        condition.state() == DomainState.PAUSED_MIGRATION || !observation.destinationHasIt();
    if (sameRun && inIt) {
      sourceUnwatched = false;
    } else {
      sourceUnwatched |= ended.atMostSince(sourceWatchedAt).compareTo(LET_OUT_OF_SIGHT) > 0;
    }
    sourceWatchedAt = began;
  }

  private boolean continues() {
    @Nullable DomainRun before = guest.run();
    return now != null && before != null && now.continues(before);
  }

  /** Whether the source runs the domain, and not since before: it was ended and started there. */
  boolean anotherRun() {
    return guest.startedAnew(now);
  }

  /** Whether somebody looked all the time, and the destination was never seen to run the guest. */
  boolean watchedItStay() {
    return !unwatched && !arrived;
  }

  /** Whether the source was seen to go on with the guest after the destination had it. */
  boolean ranOn() {
    return ranOn;
  }

  /**
   * Whether the source may have gone on with the guest, which it does not have any more. libvirt
   * says of a domain that it left, or undefines it; what else ended it there, nobody knows.
   */
  boolean mayHaveRunOn(HostsObservation observation) {
    return sourceUnwatched
        && observation.source() instanceof HostReading.Seen(DomainCondition condition)
        && condition.state() != DomainState.SHUTOFF_MIGRATED
        && condition.state() != DomainState.ABSENT;
  }

  /**
   * Whether the guest may have left and be gone from the destination again. A run of it at the
   * source tells for certain. Where there is none, it was watched all the time, or libvirt itself
   * tells that its job failed.
   *
   * @param returned whether our call ended without an error
   * @param refused whether libvirt ended our call with an error of its own
   */
  boolean mayBeOver(boolean returned, boolean refused) {
    if (guest.run() != null && now != null) {
      return anotherRun();
    }
    return arrived || returned || (unwatched && !refused);
  }
}
