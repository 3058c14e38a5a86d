package dev.virtferry.migration.run;

import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.migration.Completion;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.truth.HostsObservation;
import dev.virtferry.time.Moment;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a running job do what clients and limits want of it. What libvirt refuses is tried again at
 * the next look.
 */
final class Steering {

  private static final Logger log = LoggerFactory.getLogger(Steering.class);

  private static final Duration BETWEEN_SWITCHES_TO_POST_COPY = Duration.ofSeconds(2);

  private final BothHosts hosts;
  private final LeasedMigration migration;
  private @Nullable Long toldDowntime;
  private @Nullable Long refusedBandwidth;
  private Moment postCopyAskedAt = Moment.LONG_AGO;

  Steering(BothHosts hosts, LeasedMigration migration) {
    this.hosts = hosts;
    this.migration = migration;
  }

  /** The job runs as {@code observation} shows. */
  void steer(HostsObservation observation, Moment now) {
    tuneDowntime();
    if (Objects.requireNonNull(migration.latest().phase()).abortable()) {
      tuneBandwidth();
      complete(now);
      keepSuspended(observation);
    }
  }

  private void tuneDowntime() {
    Long millis = migration.latest().options().rates().maxDowntimeMillis();
    if (millis == null || millis.equals(toldDowntime)) {
      return;
    }
    try {
      hosts.setMaxDowntime(millis);
      toldDowntime = millis;
    } catch (LibvirtFailure e) {
      toldDowntime = millis;
      log.warn("libvirt did not take the maximal downtime of {} ms: {}", millis, e.message());
    } catch (HostUnreachable e) {
      log.warn("The maximal downtime is not set yet; trying again: {}", e.getMessage());
    }
  }

  /** Only what the job was not told yet: by its call, or by whoever answered the client. */
  private void tuneBandwidth() {
    Long wanted = migration.latest().options().rates().bandwidthMiBps();
    if (wanted == null
        || wanted.equals(migration.latest().bandwidthOfTheJob())
        || wanted.equals(refusedBandwidth)) {
      return;
    }
    try {
      hosts
          .tune(wanted)
          .ifPresent(tuning -> migration.change("the bandwidth was changed", m -> m.tuned(tuning)));
    } catch (LibvirtFailure e) {
      refusedBandwidth = wanted;
      log.warn("libvirt did not take the bandwidth of {} MiB/s: {}", wanted, e.message());
    } catch (HostUnreachable e) {
      log.warn("The bandwidth is not set yet; trying again: {}", e.getMessage());
    }
  }

  /** Only memory can be fetched later, and a disk's copy may take long: so not before its phase. */
  private void complete(Moment now) {
    Completion by = migration.latest().status().completion();
    if (by == null || migration.latest().phase() != Phase.MEMORY) {
      return;
    }
    switch (by) {
      case POST_COPY -> switchToPostCopy("A client asked for post-copy.", now);
      case SUSPEND -> suspend("A client asked to suspend the guest until it is across.");
    }
  }

  /** Pauses the guest at the source, so that it changes nothing more. */
  void suspend(String why) {
    if (!migration.latest().status().suspended()) {
      log.warn("{} Pausing the guest at the source", why);
      migration.change(why, Migration::suspendGuest);
    }
  }

  /** It was written down first, so the pause itself may still have to come. */
  private void keepSuspended(HostsObservation observation) {
    if (!migration.latest().status().suspended() || !observation.sourceRuns()) {
      return;
    }
    try {
      hosts.suspendAtSource();
    } catch (HostUnreachable | LibvirtFailure e) {
      log.warn("The guest is not paused yet; trying again: {}", e.getMessage());
    }
  }

  /** Lets the guest go on at the destination, once only memory is missing there. */
  void switchToPostCopy(String why, Moment now) {
    if (migration.latest().phase() != Phase.MEMORY
        || now.within(BETWEEN_SWITCHES_TO_POST_COPY, postCopyAskedAt)) {
      return;
    }
    postCopyAskedAt = now;
    try {
      hosts.startPostCopy();
      log.warn("{} Switched to post-copy", why);
    } catch (HostUnreachable | LibvirtFailure e) {
      log.warn("The switch to post-copy was not taken; trying again: {}", e.getMessage());
    }
  }
}
