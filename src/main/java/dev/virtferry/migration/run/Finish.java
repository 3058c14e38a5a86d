package dev.virtferry.migration.run;

import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Migration;
import dev.virtferry.time.Timepiece;
import dev.virtferry.trace.Traces;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** Writes down how a migration comes to its end, and what was done for that. */
final class Finish {

  private final LeasedMigration migration;
  private final Traces traces;
  private final Timepiece time;
  private final List<String> deeds = new ArrayList<>();
  private Instant agreedAt = Instant.EPOCH;

  Finish(LeasedMigration migration, Traces traces, Timepiece time) {
    this.migration = migration;
    this.traces = traces;
    this.time = time;
  }

  /** Both hosts agree where the guest is; what is left to do is virt-ferry's own. */
  void agree(String cause, DomainLocation where) {
    agreedAt = time.now().at();
    migration.change(cause, m -> m.finish(where));
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
    traces.past("finish", traces.here(), agreedAt);
    return ended;
  }
}
