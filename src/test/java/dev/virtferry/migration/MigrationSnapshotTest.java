package dev.virtferry.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.migration.Progress.Flow;
import dev.virtferry.migration.Stall.Reason;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MigrationSnapshotTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final GivenMigration GIVEN = new GivenMigration().copying("vda");

  private static Migration copying() {
    Migration prepared = GIVEN.accepted(NOW).prepare();
    return prepared.start(prepared.plan(), prepared.call(), NOW);
  }

  private static Progress seen() {
    Progress initial = Progress.initial(GIVEN.plan());
    return new Progress(
        3,
        7,
        initial.bytesTotal(),
        1000,
        new Flow(1000, 100, 50),
        90L,
        new Stall(NOW, Reason.NO_BYTES_MOVED, "why"),
        initial.memory(),
        null,
        null,
        null,
        initial.disks());
  }

  private static Progress shown(Migration migration) {
    return new MigrationSnapshot(migration, seen()).progress();
  }

  @Test
  void showsWhatWasSeenWhileTheJobCopies() {
    assertThat(shown(copying())).isEqualTo(seen());
  }

  @Test
  void foreseesNothingInTheSwitchover() {
    Migration switching = copying().observe(Phase.SWITCHOVER, DomainLocation.SOURCE, NOW);
    assertThat(shown(switching).etaSeconds()).isNull();
    assertThat(shown(switching).stalled()).isNull();
    assertThat(shown(switching).flow()).isEqualTo(new Flow(1000, 0, 50));
  }

  @Test
  void foreseesNothingWhileTheTruthIsNotKnown() {
    Migration lost =
        copying()
            .recover(DomainLocation.UNKNOWN, new Attention(NOW, "silent", "look", Silence.NONE));
    assertThat(shown(lost).etaSeconds()).isNull();
  }

  @Test
  void hasNoSpeedWhenItIsOver() {
    Migration arrived = copying().finish(DomainLocation.DESTINATION).succeed(NOW);
    assertThat(shown(arrived).flow()).isEqualTo(new Flow(1000, 0, 50));
    assertThat(shown(arrived).percent()).isEqualTo(100);
    Migration cancelled = copying().finish(DomainLocation.SOURCE).cancelled(NOW);
    assertThat(shown(cancelled).flow().bytesPerSecond()).isZero();
    assertThat(shown(cancelled).percent()).isEqualTo(7);
  }
}
