package dev.virtferry.migration.run;

import dev.virtferry.libvirt.DomainRun;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.migration.Arrival;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Doubt;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.truth.Circumstances;
import dev.virtferry.migration.truth.HostsObservation;
import dev.virtferry.time.Moment;
import dev.virtferry.time.Timepiece;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Looks at both hosts for one run, and remembers what no later look shows. */
final class Witness {

  private final LeasedMigration migration;
  private final BothHosts hosts;
  private final OwnCall call;
  private final Timepiece time;
  private final Departure departure;
  private final String name;
  private final String nameAtDestination;
  private boolean destinationSeen;
  private boolean arrived;
  private boolean othersMigrate;
  private boolean another;
  private boolean sawAnother;
  private boolean anotherThere;

  /** Begins to watch. */
  Witness(Passage passage, OwnCall call, Timepiece time) {
    this.migration = passage.migration();
    this.hosts = passage.hosts();
    this.call = call;
    this.time = time;
    Migration known = migration.latest();
    this.departure = new Departure(known.plan().guest(), call.made(), time.now());
    this.name = known.plan().guest().name();
    this.nameAtDestination = known.options().domain().nameAtDestination(name);
    // Whoever goes on with a migration can't know whether the destination once held the domain.
    this.destinationSeen = !call.made();
  }

  /** Reads both hosts now. */
  HostsObservation look() {
    Moment began = time.now();
    // Our own job has ended with a call that libvirt ended; one whose connection broke may go on.
    boolean ours = !call.refused();
    HostsObservation observation = hosts.look();
    Moment ended = time.now();
    departure.seen(observation, run(observation, ended), began, ended);
    another = departure.anotherRun() || isNot(name, observation.sourceName());
    anotherThere = isNot(nameAtDestination, observation.destinationName());
    sawAnother |= another;
    ours &= !another;
    othersMigrate |= !ours && observation.job().activity() == Activity.RUNNING;
    destinationSeen |= observation.destinationHolds();
    return another ? observation.withoutJob() : observation;
  }

  /** A domain that runs can't be renamed: one of another name was stopped and started meanwhile. */
  private static boolean isNot(String name, @Nullable String seen) {
    return seen != null && !seen.equals(name);
  }

  /** What a look shows, and more where that is no proof. */
  private @Nullable DomainRun run(HostsObservation observation, Moment now) {
    @Nullable DomainRun seen = observation.sourceRun();
    return seen != null && departure.countsNoMore(now) ? hosts.sourceRun().orElse(seen) : seen;
  }

  /** Writes down what a later run has to know of this look; the migration was read after it. */
  void testify(HostsObservation observation) {
    Migration known = migration.latest();
    arrived |=
        known.state() == MigrationState.FINISHING && known.location() == DomainLocation.DESTINATION;
    if (departure.ranOn() && !known.status().ranOn()) {
      known = migration.change("the source goes on with the guest", Migration::goOnAtSource);
    }
    if (observation.destinationStartedAnew()
        && !arrived
        && !call.returned()
        && !known.status().startedAnew()) {
      migration.change("the guest was started anew", Migration::startAnewAtDestination);
    }
  }

  /**
   * What is known beside that look.
   *
   * @param callPending whether a call had not returned yet when the look began
   */
  Circumstances circumstances(HostsObservation observation, boolean callPending) {
    Migration known = migration.latest();
    return new Circumstances(
        Objects.requireNonNull(known.phase()),
        callPending,
        destinationSeen,
        Arrival.of(known),
        known.status().suspended(),
        known.status().forked(),
        libvirtTold(observation, Arrival.of(known)),
        arrived || departure.mayBeOver(call.returned(), call.refused()),
        !known.plan().guest().persistent() && call.failed() && sawItStay(),
        another,
        doubt(observation, known));
  }

  /**
   * Whether the guest can have run nowhere but at the source: somebody looked all the time, and
   * never saw the destination run it, nor a switchover begin.
   */
  boolean sawItStay() {
    @Nullable Phase phase = migration.latest().phase();
    return phase != null && phase.abortable() && departure.watchedItStay() && !arrived;
  }

  /** Whether a job of libvirt's was seen that is not ours: it ran when our call had ended. */
  boolean sawOthersMigrate() {
    return othersMigrate;
  }

  /** Asked for only where a state alone would not tell. The record of a post-copy may be early. */
  private boolean libvirtTold(HostsObservation observation, Arrival arrival) {
    if (!observation.leavesTheArrivalOpen()) {
      return false;
    }
    return call.returned() || (arrival != Arrival.IN_POST_COPY && hosts.completedJob().isPresent());
  }

  /** Once it was agreed that the guest arrived, no look takes that back. */
  private Doubt doubt(HostsObservation observation, Migration known) {
    boolean over = arrived || call.returned();
    if (anotherThere || (sawAnother && !over)) {
      return Doubt.NOT_OURS;
    }
    if (over) {
      return Doubt.NONE;
    }
    if (known.status().ranOn() || departure.mayHaveRunOn(observation)) {
      return Doubt.RAN_ON;
    }
    if (known.status().startedAnew()) {
      return Doubt.STARTED_ANEW;
    }
    return call.refused() ? Doubt.NOT_OURS : Doubt.NONE;
  }
}
