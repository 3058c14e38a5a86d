package dev.virtferry.migration.run;

import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.MigrateFlag;
import dev.virtferry.migration.Attention;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.Silence;
import dev.virtferry.migration.options.SourceVolumes;
import dev.virtferry.migration.truth.HostsObservation;
import dev.virtferry.migration.truth.Verdict;
import dev.virtferry.time.Moment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done once the guest is at the destination, up to the success. */
final class GuestArrival {

  private static final Logger log = LoggerFactory.getLogger(GuestArrival.class);

  private final Passage passage;
  private final LeasedMigration migration;
  private final BothHosts hosts;
  private final ProgressMeter meter;
  private final Settling settling;
  private final Finish finish;
  private final CarriedCheckpoints checkpoints;
  private boolean autostartSettled;

  GuestArrival(Passage passage, ProgressMeter meter, Settling settling, Finish finish) {
    this.passage = passage;
    this.migration = passage.migration();
    this.hosts = passage.hosts();
    this.meter = meter;
    this.settling = settling;
    this.finish = finish;
    this.checkpoints = new CarriedCheckpoints(passage, finish);
  }

  /**
   * Guarded switchover: only now that the source can't run the guest any more it may run there. A
   * person who was told that it does not is told nothing else before it does.
   */
  void release(HostsObservation observation, Moment now) {
    try {
      if (migration.refresh().state() != MigrationState.NEEDS_ATTENTION) {
        migration.change(
            "the source let go",
            m -> m.observe(Phase.SWITCHOVER, DomainLocation.DESTINATION, now.at()));
      }
      hosts.resumeAtDestination();
      log.info("Let the guest run at the destination");
    } catch (HostUnreachable | LibvirtFailure e) {
      settling.contradiction(
          new Verdict.Contradiction(
              DomainLocation.DESTINATION,
              "The destination holds the guest paused and does not resume it.",
              "Resume the domain on the destination by hand; the source has let go of it."),
          observation,
          e.getMessage());
    }
  }

  /**
   * The source's copy would be a second guest if anybody resumed it, so it ends; but not before it
   * was seen like this for a while, by a run that still holds the migration.
   */
  void confirm(Verdict.Unconfirmed unconfirmed) {
    if (!settling.lasts(unconfirmed)) {
      return;
    }
    migration.refresh();
    try {
      hosts.destroyAtSource();
      finish.note("the source's paused copy was destroyed, as it never heard of the arrival");
      log.warn("The destination has the guest; destroyed the paused copy that the source kept");
    } catch (HostUnreachable | LibvirtFailure e) {
      Attention attention =
          new Attention(
                  settling.since(),
                  "The destination has the guest, and the source still holds a paused copy of it"
                      + " that can't be destroyed.",
                  "Destroy the source's copy. Never resume it: two copies would run.",
                  Silence.NONE)
              .saying(e.getMessage());
      settling.tell("needs a person", m -> m.needAttention(DomainLocation.DESTINATION, attention));
    }
  }

  /** True when that was the end; it is not when the guest is gone from there again. */
  boolean arrive(Verdict.Moved moved, HostsObservation observation) {
    boolean toUndefine = isToUndefine(moved);
    // libvirt undefines it last; only what it left is for us.
    if (toUndefine && !settling.lasts(moved)) {
      return false;
    }
    finish.agree("the destination has the domain", DomainLocation.DESTINATION);
    hosts.completedJob().ifPresent(job -> migration.report(meter.completed(job)));
    passage.images().keepCopies();
    restoreAutostart();
    if (!checkpoints.areSettled() || (toUndefine && !isUndefined())) {
      return false;
    }
    settleOriginals();
    if (persists(migration.latest()) && !observation.destinationPersists()) {
      finish.note("the destination keeps no definition of the domain, define it by hand");
    }
    // All that was done here takes its time, and others may have moved the guest on meanwhile.
    if (hosts.look().goneFromDestination()) {
      log.warn("The guest is gone from the destination again; looking again");
      return false;
    }
    Migration ended = finish.end(Migration::succeed);
    log.info("Succeeded: the domain is on {}", ended.plan().destination());
    return true;
  }

  private static boolean persists(Migration migration) {
    return migration.options().persists(migration.plan().guest().persistent());
  }

  private boolean isToUndefine(Verdict.Moved moved) {
    return moved.sourceDefined()
        && !migration.latest().status().forked()
        && migration.latest().call().flags().contains(MigrateFlag.UNDEFINE_SOURCE);
  }

  /**
   * Autostart does not travel with a domain. A loss is told in the history. It is tried once: a
   * call that hangs takes one of the daemon's workers, and another would hang beside it.
   */
  private void restoreAutostart() {
    if (autostartSettled || !migration.latest().plan().guest().autostart()) {
      return;
    }
    autostartSettled = true;
    try {
      hosts.setAutostartAtDestination();
    } catch (HostUnreachable | LibvirtFailure e) {
      log.warn("Autostart could not be set on the destination: {}", e.getMessage());
      finish.note("autostart could not be set on the destination, set it by hand");
    }
  }

  /**
   * libvirt undefines the domain itself, unless its daemon died before it came to that.
   *
   * @return false while a host is waited for; it is to be tried again
   */
  private boolean isUndefined() {
    try {
      if (!hosts.undefineAtSource(checkpoints.known())) {
        finish.note("the source's definition is kept, as the destination has none");
      }
    } catch (HostUnreachable | LibvirtFailure e) {
      if (finish.waitsFor(e)) {
        return false;
      }
      log.warn("The domain could not be undefined at the source: {}", e.getMessage());
      finish.note("the domain could not be undefined at the source, undefine it by hand");
    }
    return true;
  }

  /** Only now no definition of its own names them any more. */
  private void settleOriginals() {
    CopiedImages images = passage.images();
    boolean deletes =
        migration.latest().options().storage().sourceVolumes() == SourceVolumes.DELETE;
    if (migration.latest().status().forked()) {
      finish.note(
          "the source's definition and images are kept, as both hosts may have run the guest");
      if (deletes) {
        images.leaveOriginals("Not deleted: both hosts may have run the guest.");
      }
      return;
    }
    if (deletes && migration.latest().status().startedAnew()) {
      images.leaveOriginals("Not deleted: the guest was started anew after it arrived.");
    } else if (deletes) {
      images.deleteOriginals();
    }
    images.leaveBehind();
  }
}
