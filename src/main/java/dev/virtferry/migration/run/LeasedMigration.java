package dev.virtferry.migration.run;

import dev.virtferry.migration.Lease;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.Migrations;
import dev.virtferry.migration.OwnImage;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.VolumeRecord;
import dev.virtferry.trace.Traces;
import java.util.List;
import java.util.function.UnaryOperator;

/** A migration as the run that holds it reads and writes it; see {@link Lease}. */
final class LeasedMigration {

  private final Migrations migrations;
  private final Lease lease;
  private final Traces traces;
  private Migration latest;

  LeasedMigration(Migrations migrations, Lease lease, Traces traces) {
    this.migrations = migrations;
    this.lease = lease;
    this.traces = traces;
    this.latest = migrations.current(lease);
  }

  /** As it was last read or written here. */
  Migration latest() {
    return latest;
  }

  /** How far it was when it was last reported. */
  Progress progress() {
    return migrations.progress(lease);
  }

  /** Reads it again: a client may have asked for its end. */
  Migration refresh() {
    latest = migrations.current(lease);
    return latest;
  }

  /** Applies the verb; nothing is written when it changes nothing. */
  Migration change(String cause, UnaryOperator<Migration> verb) {
    if (!verb.apply(latest).equals(latest)) {
      latest = migrations.change(lease, cause, verb);
      traces.event(latest.state() + ": " + cause);
    }
    return latest;
  }

  /** Writes down what became of a volume, in the place of what was written of it before. */
  void replace(VolumeRecord after) {
    change(
        "a volume is " + after.state(),
        m -> m.recordVolumes(m.volumes().stream().map(v -> v.same(after) ? after : v).toList()));
  }

  /** Writes down which images it leaves that are the domain's own. */
  void leave(List<OwnImage> own) {
    change("its own images are written down", m -> m.leave(own));
  }

  void report(Progress progress) {
    migrations.report(lease, progress);
  }
}
