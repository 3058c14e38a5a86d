package dev.virtferry.migration.truth;

import static java.util.stream.Collectors.joining;

import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.DomainRun;
import dev.virtferry.libvirt.JobReading;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Silence;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One look at both hosts.
 *
 * @param job of the source's daemon
 * @param blockJobs the copies that run, by disk target
 */
public record HostsObservation(
    HostReading source, HostReading destination, JobReading job, Map<String, BlockJob> blockJobs) {

  /** The same without the source's job, which is not the migration's. */
  public HostsObservation withoutJob() {
    return new HostsObservation(
        source, destination, JobReading.without(JobReading.Activity.NONE), Map.of());
  }

  public boolean sourceRuns() {
    return source instanceof HostReading.Seen(DomainCondition condition)
        && condition.state().runs();
  }

  /** The domain's name at the source; null where none is seen. */
  public @Nullable String sourceName() {
    return source instanceof HostReading.Seen(DomainCondition condition) ? condition.name() : null;
  }

  /** The same at the destination. */
  public @Nullable String destinationName() {
    return destination instanceof HostReading.Seen(DomainCondition condition)
        ? condition.name()
        : null;
  }

  /** The domain's run at the source; null where none is seen. */
  public @Nullable DomainRun sourceRun() {
    return source instanceof HostReading.Seen(DomainCondition condition) ? condition.run() : null;
  }

  /** Whether the destination is seen to have nothing of the domain, or to have moved it on. */
  public boolean goneFromDestination() {
    return destination instanceof HostReading.Seen(DomainCondition condition)
        && switch (AtDestination.of(condition.state())) {
          case ABSENT, LEFT -> true;
          case ARRIVED,
              RUNNING,
              STARTED,
              POST_COPY,
              POST_COPY_FAILED,
              RUNNING_SOMEHOW,
              PAUSED,
              HELD,
              WAITING,
              ENDING,
              STOPPED,
              FAILED,
              UNKNOWN ->
              false;
        };
  }

  public boolean destinationRuns() {
    return destination instanceof HostReading.Seen(DomainCondition condition)
        && condition.state().runs();
  }

  /** Whether the destination shows what a guest shows after its switchover, and no job runs. */
  public boolean destinationHasIt() {
    return job.activity() != JobReading.Activity.RUNNING
        && destination instanceof HostReading.Seen(DomainCondition condition)
        && switch (AtDestination.of(condition.state())) {
          case ARRIVED, RUNNING, PAUSED, HELD -> true;
          case STARTED,
              POST_COPY,
              POST_COPY_FAILED,
              RUNNING_SOMEHOW,
              WAITING,
              ENDING,
              STOPPED,
              FAILED,
              LEFT,
              ABSENT,
              UNKNOWN ->
              false;
        };
  }

  /** Whether the destination is seen to run the domain without that it arrived. */
  public boolean destinationStartedAnew() {
    return destination instanceof HostReading.Seen(DomainCondition condition)
        && AtDestination.of(condition.state()) == AtDestination.STARTED;
  }

  public boolean destinationHolds() {
    return destination instanceof HostReading.Seen(DomainCondition condition)
        && condition.state().active();
  }

  /** Whether the destination keeps the domain's definition when it stops. */
  public boolean destinationPersists() {
    return destination instanceof HostReading.Seen(DomainCondition condition)
        && condition.persistent();
  }

  /** Whether the destination holds the domain in a state in which it may have arrived or not. */
  public boolean leavesTheArrivalOpen() {
    return destination instanceof HostReading.Seen(DomainCondition condition)
        && switch (AtDestination.of(condition.state())) {
          case RUNNING, PAUSED, HELD, STOPPED -> true;
          case ARRIVED,
              STARTED,
              POST_COPY,
              POST_COPY_FAILED,
              RUNNING_SOMEHOW,
              WAITING,
              ENDING,
              FAILED,
              LEFT,
              ABSENT,
              UNKNOWN ->
              false;
        };
  }

  /** Where the guest is, while libvirt was told of no migration by us. */
  public DomainLocation whereabouts() {
    return Whereabouts.of(source, destination);
  }

  /** Whether a disk's copy has not caught up with the disk: so nothing is switched over yet. */
  boolean copying() {
    return blockJobs.values().stream().anyMatch(copy -> !copy.ready());
  }

  /** What both hosts say, as {@code virsh domstate --reason} would. */
  public String words() {
    return "The source shows: %s. The destination shows: %s."
        .formatted(source.words(), destination.words());
  }

  /** What was said of hosts that did not answer; null when both did. */
  public @Nullable String said() {
    String said =
        Stream.of(source, destination)
            .flatMap(reading ->
                reading instanceof HostReading.Unreachable(var _, String words)
                    ? Stream.of(words)
                    : Stream.empty())
            .collect(joining("; "));
    return said.isEmpty() ? null : said;
  }

  /** Which hosts did not answer. */
  public Silence silence() {
    boolean here = source instanceof HostReading.Unreachable;
    if (destination instanceof HostReading.Unreachable) {
      return here ? Silence.BOTH : Silence.DESTINATION;
    }
    return here ? Silence.SOURCE : Silence.NONE;
  }
}
