package dev.virtferry.migration.run;

import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.time.Moment;
import dev.virtferry.time.Timepiece;
import dev.virtferry.trace.Traces;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down how a migration comes to its end, and what was done for that; and how long what is
 * left to do is tried again.
 */
final class Finish {

  private static final Logger log = LoggerFactory.getLogger(Finish.class);

  private final LeasedMigration migration;
  private final Duration patience;
  private final Traces traces;
  private final Timepiece time;
  private final List<String> deeds = new ArrayList<>();
  private Moment agreedAt;
  private Duration waited = Duration.ZERO;
  private boolean saidThatItWaits;

  /**
   * Nothing is agreed yet.
   *
   * @param patience how long a host is waited for that answers, and does not do what is left
   */
  Finish(LeasedMigration migration, Duration patience, Traces traces, Timepiece time) {
    this.migration = migration;
    this.patience = patience;
    this.traces = traces;
    this.time = time;
    this.agreedAt = time.now();
  }

  /** Both hosts agree where the guest is; what is left to do is virt-ferry's own. */
  void agree(String cause, DomainLocation where) {
    Moment now = time.now();
    // While a host was silent they did not agree, and nothing was tried.
    if (migration.latest().state() == MigrationState.FINISHING) {
      waited = waited.plus(now.since(agreedAt));
    }
    agreedAt = now;
    migration.change(cause, m -> m.finish(where));
  }

  /**
   * Whether what a host did not do is to be tried again at the next look. A refusal is not, and a
   * host that answers every look, and not this, keeps no migration and no slots for ever.
   */
  boolean waitsFor(RuntimeException trouble) {
    boolean waits = isSilence(trouble) && waited.compareTo(patience) < 0;
    if (waits && !saidThatItWaits) {
      saidThatItWaits = true;
      log.warn("Not all is done yet; trying again: {}", trouble.getMessage());
    }
    return waits;
  }

  /** Whether nothing is known of what was asked for: neither a host nor libvirt refused it. */
  static boolean isSilence(RuntimeException trouble) {
    return trouble instanceof HostUnreachable
        || (trouble instanceof LibvirtFailure failure && failure.aboutSilentGuest());
  }

  /** Keeps for the history what was done, or could not be done, beside libvirt's own work. */
  void note(String deed) {
    if (!deeds.contains(deed)) {
      deeds.add(deed);
    }
  }

  /**
   * Ends it.
   *
   * @param verb that ends a migration at that time
   */
  Migration end(BiFunction<Migration, Instant, Migration> verb) {
    String told =
        deeds.isEmpty()
            ? "both hosts were read"
            : "both hosts were read; " + String.join("; ", deeds);
    Migration ended = migration.change(told, m -> verb.apply(m, time.now().at()));
    traces.past("finish", traces.here(), agreedAt.at());
    return ended;
  }
}
