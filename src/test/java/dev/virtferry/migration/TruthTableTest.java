package dev.virtferry.migration;

import static dev.virtferry.libvirt.DomainCondition.ABSENT;
import static dev.virtferry.libvirt.DomainCondition.PAUSED;
import static dev.virtferry.libvirt.DomainCondition.PAUSED_BY_MIGRATION;
import static dev.virtferry.libvirt.DomainCondition.PAUSED_POST_COPY;
import static dev.virtferry.libvirt.DomainCondition.PAUSED_POST_COPY_FAILED;
import static dev.virtferry.libvirt.DomainCondition.RUNNING;
import static dev.virtferry.libvirt.DomainCondition.RUNNING_POST_COPY;
import static dev.virtferry.libvirt.DomainCondition.SHUT_OFF;
import static dev.virtferry.libvirt.DomainCondition.SHUT_OFF_MIGRATED;
import static dev.virtferry.libvirt.JobReading.Activity.FAILED;
import static dev.virtferry.libvirt.JobReading.Activity.NONE;
import static dev.virtferry.libvirt.JobReading.Activity.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.JobReading;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.JobReading.Memory;
import dev.virtferry.migration.Reading.Seen;
import dev.virtferry.migration.Reading.Unreachable;
import dev.virtferry.migration.TruthTable.Circumstances;
import dev.virtferry.migration.Verdict.Contradiction;
import dev.virtferry.migration.Verdict.Moved;
import dev.virtferry.migration.Verdict.PostCopyLost;
import dev.virtferry.migration.Verdict.Releasable;
import dev.virtferry.migration.Verdict.Stayed;
import dev.virtferry.migration.Verdict.Unconfirmed;
import dev.virtferry.migration.Verdict.Underway;
import dev.virtferry.migration.Verdict.Unsettled;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TruthTableTest {

  private static final Activity JOB = Activity.RUNNING;

  /** Nobody's call is out, and whether the destination ever held the guest is not known. */
  private static final Circumstances FOUND_AGAIN =
      new Circumstances(Phase.STORAGE, false, true, false, false);

  private static final Circumstances CALLING =
      new Circumstances(Phase.STORAGE, true, false, false, false);

  private static final Circumstances GUARDED =
      new Circumstances(Phase.SWITCHOVER, false, true, true, false);

  private static final Circumstances GUARDED_CALLING =
      new Circumstances(Phase.SWITCHOVER, true, true, true, false);

  private static final Circumstances SUSPENDED =
      new Circumstances(Phase.MEMORY, false, true, false, true);

  private static Verdict judge(
      DomainCondition source, DomainCondition destination, Activity job, Circumstances known) {
    return TruthTable.judge(
        new Sighting(new Seen(source), new Seen(destination), JobReading.without(job), Map.of()),
        known);
  }

  @ParameterizedTest(name = "source {0}, destination {1}, job {2}: {4} {5}")
  @MethodSource("rows")
  void judges(
      DomainCondition source,
      DomainCondition destination,
      Activity job,
      Circumstances known,
      Class<? extends Verdict> verdict,
      DomainLocation location) {
    Verdict judged = judge(source, destination, job, known);
    assertThat(judged).isInstanceOf(verdict);
    assertThat(location(judged)).isEqualTo(location);
  }

  static Stream<Arguments> rows() {
    DomainLocation atSource = DomainLocation.SOURCE;
    DomainLocation atDestination = DomainLocation.DESTINATION;
    DomainLocation both = DomainLocation.BOTH;
    DomainLocation neither = DomainLocation.NEITHER;
    return Stream.of(
        // The job runs.
        arguments(RUNNING, PAUSED_BY_MIGRATION, JOB, FOUND_AGAIN, Underway.class, atSource),
        arguments(RUNNING, PAUSED_BY_MIGRATION, NONE, CALLING, Underway.class, atSource),
        arguments(PAUSED, PAUSED_BY_MIGRATION, JOB, FOUND_AGAIN, Underway.class, atSource),
        arguments(RUNNING, ABSENT, JOB, CALLING, Underway.class, atSource),
        arguments(RUNNING, ABSENT, NONE, CALLING, Underway.class, atSource),
        // The switchover.
        arguments(PAUSED_BY_MIGRATION, PAUSED_BY_MIGRATION, JOB, CALLING, Underway.class, atSource),
        arguments(PAUSED_BY_MIGRATION, RUNNING, JOB, FOUND_AGAIN, Underway.class, atDestination),
        arguments(PAUSED_BY_MIGRATION, ABSENT, JOB, FOUND_AGAIN, Underway.class, atSource),
        // Post-copy.
        arguments(PAUSED_POST_COPY, RUNNING_POST_COPY, JOB, CALLING, Underway.class, atDestination),
        arguments(
            PAUSED_POST_COPY_FAILED,
            RUNNING_POST_COPY,
            NONE,
            FOUND_AGAIN,
            PostCopyLost.class,
            atDestination),
        arguments(ABSENT, RUNNING_POST_COPY, NONE, CALLING, Underway.class, atDestination),
        // It failed and its cleaning up hangs; the guest may be frozen.
        arguments(RUNNING, ABSENT, JOB, FOUND_AGAIN, Unsettled.class, atSource),
        arguments(RUNNING, ABSENT, FAILED, FOUND_AGAIN, Unsettled.class, atSource),
        arguments(RUNNING, ABSENT, UNKNOWN, FOUND_AGAIN, Unsettled.class, atSource),
        // It failed, or never began.
        arguments(RUNNING, ABSENT, NONE, FOUND_AGAIN, Stayed.class, atSource),
        arguments(RUNNING, SHUT_OFF, NONE, FOUND_AGAIN, Stayed.class, atSource),
        arguments(PAUSED, ABSENT, NONE, FOUND_AGAIN, Stayed.class, atSource),
        arguments(SHUT_OFF, ABSENT, NONE, FOUND_AGAIN, Stayed.class, atSource),
        // It moved.
        arguments(ABSENT, RUNNING, NONE, FOUND_AGAIN, Moved.class, atDestination),
        arguments(SHUT_OFF_MIGRATED, RUNNING, NONE, FOUND_AGAIN, Moved.class, atDestination),
        arguments(SHUT_OFF, RUNNING, NONE, FOUND_AGAIN, Moved.class, atDestination),
        arguments(ABSENT, PAUSED, NONE, FOUND_AGAIN, Moved.class, atDestination),
        arguments(SHUT_OFF_MIGRATED, PAUSED, NONE, FOUND_AGAIN, Moved.class, atDestination),
        arguments(SHUT_OFF_MIGRATED, RUNNING, NONE, CALLING, Underway.class, atDestination),
        arguments(ABSENT, RUNNING, NONE, CALLING, Moved.class, atDestination),
        // It moved and was stopped there by its owner before anybody looked.
        arguments(ABSENT, SHUT_OFF, NONE, FOUND_AGAIN, Moved.class, atDestination),
        // The confirmation was lost.
        arguments(
            PAUSED_BY_MIGRATION, RUNNING, NONE, FOUND_AGAIN, Unconfirmed.class, atDestination),
        arguments(PAUSED, RUNNING, NONE, FOUND_AGAIN, Contradiction.class, atDestination),
        arguments(PAUSED_BY_MIGRATION, ABSENT, NONE, FOUND_AGAIN, Contradiction.class, neither),
        arguments(
            PAUSED_BY_MIGRATION, PAUSED_BY_MIGRATION, NONE, FOUND_AGAIN, Unsettled.class, neither),
        // Two copies.
        arguments(RUNNING, RUNNING, NONE, FOUND_AGAIN, Contradiction.class, both),
        arguments(RUNNING, RUNNING, JOB, CALLING, Contradiction.class, both),
        arguments(RUNNING, PAUSED, NONE, FOUND_AGAIN, Contradiction.class, both),
        // A roll-back that the destination has not heard of yet.
        arguments(RUNNING, PAUSED_BY_MIGRATION, NONE, FOUND_AGAIN, Unsettled.class, atSource),
        arguments(PAUSED, PAUSED_BY_MIGRATION, NONE, FOUND_AGAIN, Unsettled.class, atSource),
        arguments(ABSENT, PAUSED_BY_MIGRATION, NONE, FOUND_AGAIN, Unsettled.class, neither),
        // Guarded: the guest arrives paused, and runs once the source has let go.
        arguments(ABSENT, PAUSED, NONE, GUARDED, Releasable.class, atDestination),
        arguments(SHUT_OFF_MIGRATED, PAUSED, NONE, GUARDED, Releasable.class, atDestination),
        arguments(SHUT_OFF, PAUSED, NONE, GUARDED, Releasable.class, atDestination),
        arguments(ABSENT, PAUSED, NONE, GUARDED_CALLING, Underway.class, atDestination),
        arguments(ABSENT, RUNNING, NONE, GUARDED, Moved.class, atDestination),
        arguments(RUNNING, PAUSED, NONE, GUARDED, Contradiction.class, atSource),
        arguments(RUNNING, PAUSED, NONE, GUARDED_CALLING, Contradiction.class, both),
        arguments(PAUSED_BY_MIGRATION, PAUSED, NONE, GUARDED, Unconfirmed.class, atDestination),
        arguments(PAUSED_BY_MIGRATION, PAUSED, JOB, GUARDED, Underway.class, atSource),
        // Paused by us while the copy goes on.
        arguments(
            PAUSED_BY_MIGRATION, PAUSED_BY_MIGRATION, JOB, SUSPENDED, Underway.class, atSource),
        arguments(PAUSED_BY_MIGRATION, RUNNING, JOB, SUSPENDED, Underway.class, atDestination),
        arguments(PAUSED_BY_MIGRATION, RUNNING, NONE, SUSPENDED, Unconfirmed.class, atDestination),
        arguments(PAUSED_BY_MIGRATION, ABSENT, NONE, SUSPENDED, Stayed.class, atSource),
        // It may have run at the destination and been stopped there: the source's is out of date.
        arguments(PAUSED_BY_MIGRATION, SHUT_OFF, NONE, SUSPENDED, Contradiction.class, neither),
        // Nowhere.
        arguments(ABSENT, ABSENT, NONE, FOUND_AGAIN, Contradiction.class, neither),
        arguments(SHUT_OFF_MIGRATED, ABSENT, NONE, FOUND_AGAIN, Contradiction.class, neither));
  }

  private static DomainLocation location(Verdict verdict) {
    return switch (verdict) {
      case Underway it -> it.location();
      case Unsettled it -> it.location();
      case Contradiction it -> it.location();
      case Moved _, Releasable _, Unconfirmed _, PostCopyLost _ -> DomainLocation.DESTINATION;
      case Stayed _ -> DomainLocation.SOURCE;
    };
  }

  @ParameterizedTest
  @EnumSource(DomainCondition.class)
  void knowsNothingWhileAHostIsUnreachable(DomainCondition other) {
    Reading silent = new Unreachable("Host kvm-x is unreachable");
    for (Activity job : Activity.values()) {
      JobReading reading = JobReading.without(job);
      for (Sighting sighting :
          new Sighting[] {
            new Sighting(silent, new Seen(other), reading, Map.of()),
            new Sighting(new Seen(other), silent, reading, Map.of()),
            new Sighting(silent, silent, reading, Map.of())
          }) {
        Verdict verdict = TruthTable.judge(sighting, FOUND_AGAIN);
        assertThat(verdict).isInstanceOf(Unsettled.class);
        assertThat(location(verdict)).isEqualTo(DomainLocation.UNKNOWN);
      }
    }
  }

  @Test
  void keepsThePhaseOfAJobWhoseGuestItPaused() {
    Verdict verdict = judge(PAUSED_BY_MIGRATION, PAUSED_BY_MIGRATION, JOB, SUSPENDED);
    assertThat(verdict).isEqualTo(new Underway(Phase.MEMORY, DomainLocation.SOURCE));
  }

  @Test
  void seesTheMemoryPhaseWhenMemoryIsCounted() {
    var job = new JobReading(JOB, new Memory(100, 1, 99, 1, 0, 0), 0);
    var sighting = new Sighting(new Seen(RUNNING), new Seen(PAUSED_BY_MIGRATION), job, Map.of());
    assertThat(TruthTable.judge(sighting, CALLING))
        .isEqualTo(new Underway(Phase.MEMORY, DomainLocation.SOURCE));
  }

  /** What must hold for every pair of hosts, job and circumstance, listed above or not. */
  @Test
  void neverEndsAMigrationThatTheHostsDoNotShowAsEnded() {
    int looked = 0;
    for (DomainCondition source : DomainCondition.values()) {
      for (DomainCondition destination : DomainCondition.values()) {
        for (Activity job : Activity.values()) {
          for (Phase phase : Phase.values()) {
            for (int bits = 0; bits < 16; bits++) {
              var known =
                  new Circumstances(
                      phase, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0);
              requireSound(source, destination, job, known);
              looked++;
            }
          }
        }
      }
    }
    assertThat(looked).isEqualTo(9 * 9 * 4 * 4 * 16);
  }

  private static void requireSound(
      DomainCondition source, DomainCondition destination, Activity job, Circumstances known) {
    String row = "%s %s %s %s".formatted(source, destination, job, known);
    Verdict verdict = judge(source, destination, job, known);
    if (verdict instanceof Moved) {
      assertThat(source.active()).as(row).isFalse();
      assertThat(destination).as(row).isNotEqualTo(ABSENT);
    }
    if (verdict instanceof Unconfirmed) {
      assertThat(source).as(row).isEqualTo(PAUSED_BY_MIGRATION);
      assertThat(destination).as(row).isIn(RUNNING, RUNNING_POST_COPY, PAUSED);
      assertThat(destination != PAUSED || known.guarded()).as(row).isTrue();
      assertThat(job).as(row).isNotEqualTo(JOB);
      assertThat(known.callPending()).as(row).isFalse();
    }
    if (verdict instanceof Releasable) {
      assertThat(known.guarded()).as(row).isTrue();
      assertThat(source.active()).as(row).isFalse();
      assertThat(destination).as(row).isEqualTo(PAUSED);
    }
    if (verdict instanceof Stayed) {
      assertThat(destination.active()).as(row).isFalse();
      assertThat(source).as(row).isNotIn(ABSENT, SHUT_OFF_MIGRATED);
      assertThat(source != PAUSED_BY_MIGRATION || known.suspended()).as(row).isTrue();
      assertThat(job).as(row).isEqualTo(NONE);
      assertThat(known.callPending()).as(row).isFalse();
    }
    if (source == RUNNING && destination == RUNNING) {
      assertThat(verdict).as(row).isInstanceOf(Contradiction.class);
      assertThat(location(verdict)).as(row).isEqualTo(DomainLocation.BOTH);
    }
    if (verdict instanceof Underway underway && underway.phase().abortable()) {
      assertThat(underway.location()).as(row).isEqualTo(DomainLocation.SOURCE);
    }
  }
}
