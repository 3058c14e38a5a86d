package dev.virtferry.migration.truth;

import static dev.virtferry.libvirt.DomainState.ABSENT;
import static dev.virtferry.libvirt.DomainState.PAUSED_IOERROR;
import static dev.virtferry.libvirt.DomainState.PAUSED_MIGRATION;
import static dev.virtferry.libvirt.DomainState.PAUSED_POSTCOPY;
import static dev.virtferry.libvirt.DomainState.PAUSED_POSTCOPY_FAILED;
import static dev.virtferry.libvirt.DomainState.PAUSED_USER;
import static dev.virtferry.libvirt.DomainState.RUNNING_BOOTED;
import static dev.virtferry.libvirt.DomainState.RUNNING_MIGRATED;
import static dev.virtferry.libvirt.DomainState.RUNNING_MIGRATION_CANCELED;
import static dev.virtferry.libvirt.DomainState.RUNNING_POSTCOPY;
import static dev.virtferry.libvirt.DomainState.RUNNING_POSTCOPY_FAILED;
import static dev.virtferry.libvirt.DomainState.RUNNING_UNPAUSED;
import static dev.virtferry.libvirt.DomainState.RUNNING_UNRECOGNIZED;
import static dev.virtferry.libvirt.DomainState.SHUTOFF_CRASHED;
import static dev.virtferry.libvirt.DomainState.SHUTOFF_DESTROYED;
import static dev.virtferry.libvirt.DomainState.SHUTOFF_FAILED;
import static dev.virtferry.libvirt.DomainState.SHUTOFF_MIGRATED;
import static dev.virtferry.libvirt.DomainState.SHUTOFF_SHUTDOWN;
import static dev.virtferry.libvirt.DomainState.SHUTOFF_UNKNOWN;
import static dev.virtferry.libvirt.JobReading.Activity.FAILED;
import static dev.virtferry.libvirt.JobReading.Activity.NONE;
import static dev.virtferry.libvirt.JobReading.Activity.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.DomainRun;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.JobReading;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.JobReading.Memory;
import dev.virtferry.migration.Arrival;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Doubt;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.truth.HostReading.Seen;
import dev.virtferry.migration.truth.HostReading.Unreachable;
import dev.virtferry.migration.truth.Verdict.Contradiction;
import dev.virtferry.migration.truth.Verdict.Forked;
import dev.virtferry.migration.truth.Verdict.Impossible;
import dev.virtferry.migration.truth.Verdict.Moved;
import dev.virtferry.migration.truth.Verdict.PostCopyLost;
import dev.virtferry.migration.truth.Verdict.Releasable;
import dev.virtferry.migration.truth.Verdict.Stayed;
import dev.virtferry.migration.truth.Verdict.Unconfirmed;
import dev.virtferry.migration.truth.Verdict.Underway;
import dev.virtferry.migration.truth.Verdict.Unsettled;
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
      new Circumstances(
          Phase.STORAGE,
          false,
          true,
          Arrival.RUNNING,
          false,
          false,
          true,
          false,
          false,
          false,
          Doubt.NONE);

  /** Nobody heard of the end, and the source does not run what it ran. */
  private static final Circumstances UNHEARD =
      new Circumstances(
          Phase.STORAGE,
          false,
          true,
          Arrival.RUNNING,
          false,
          false,
          false,
          true,
          false,
          false,
          Doubt.NONE);

  private static final Circumstances RAN_TWICE =
      new Circumstances(
          Phase.STORAGE,
          false,
          true,
          Arrival.RUNNING,
          false,
          true,
          true,
          false,
          false,
          false,
          Doubt.NONE);

  private static final Circumstances CALLING =
      new Circumstances(
          Phase.STORAGE,
          true,
          false,
          Arrival.RUNNING,
          false,
          false,
          true,
          false,
          false,
          false,
          Doubt.NONE);

  private static final Circumstances GUARDED =
      new Circumstances(
          Phase.SWITCHOVER,
          false,
          true,
          Arrival.RELEASED,
          false,
          false,
          true,
          false,
          false,
          false,
          Doubt.NONE);

  private static final Circumstances GUARDED_CALLING =
      new Circumstances(
          Phase.SWITCHOVER,
          true,
          true,
          Arrival.RELEASED,
          false,
          false,
          true,
          false,
          false,
          false,
          Doubt.NONE);

  private static final Circumstances SUSPENDED =
      new Circumstances(
          Phase.MEMORY,
          false,
          true,
          Arrival.RUNNING,
          true,
          false,
          true,
          false,
          false,
          false,
          Doubt.NONE);

  /** Post-copy was allowed; it may have been seen, and the call is out. */
  private static final Circumstances IN_POST_COPY =
      new Circumstances(
          Phase.POST_COPY,
          true,
          true,
          Arrival.IN_POST_COPY,
          false,
          false,
          true,
          false,
          false,
          false,
          Doubt.NONE);

  /** The same without a call, by whoever found the migration. */
  private static final Circumstances POST_COPY_FOUND =
      new Circumstances(
          Phase.POST_COPY,
          false,
          true,
          Arrival.IN_POST_COPY,
          false,
          false,
          false,
          false,
          false,
          false,
          Doubt.NONE);

  /** libvirt told nobody of an arrival: what is there may have been started by hand. */
  private static final Circumstances UNTOLD =
      new Circumstances(
          Phase.STORAGE,
          false,
          true,
          Arrival.RUNNING,
          false,
          false,
          false,
          false,
          false,
          false,
          Doubt.NONE);

  /** It was transient and watched, and libvirt said that it failed. */
  private static final Circumstances ENDED =
      new Circumstances(
          Phase.STORAGE,
          false,
          true,
          Arrival.RUNNING,
          false,
          false,
          true,
          false,
          true,
          false,
          Doubt.NONE);

  private static final Circumstances ENDED_IN_POST_COPY =
      new Circumstances(
          Phase.POST_COPY,
          false,
          true,
          Arrival.IN_POST_COPY,
          false,
          false,
          true,
          false,
          true,
          false,
          Doubt.NONE);

  private static final Circumstances GUARDED_UNTOLD =
      new Circumstances(
          Phase.MEMORY,
          false,
          true,
          Arrival.RELEASED,
          false,
          false,
          false,
          false,
          false,
          false,
          Doubt.NONE);

  private static final Circumstances STARTED_PAUSED =
      new Circumstances(
          Phase.SWITCHOVER,
          false,
          true,
          Arrival.PAUSED,
          false,
          false,
          true,
          false,
          false,
          false,
          Doubt.NONE);

  private static Verdict judge(
      DomainState source, DomainState destination, Activity job, Circumstances known) {
    return judge(source, destination, JobReading.without(job), Map.of(), known);
  }

  private static Verdict judge(
      DomainState source,
      DomainState destination,
      JobReading job,
      Map<String, BlockJob> copies,
      Circumstances known) {
    return TruthTable.judge(
        new HostsObservation(seen(source), seen(destination), job, copies), known);
  }

  private static Seen seen(DomainState state) {
    return new Seen(new DomainCondition("web", state, new DomainRun(7, 0), state != ABSENT));
  }

  @ParameterizedTest(name = "source {0}, destination {1}, job {2}: {4} {5}")
  @MethodSource("rows")
  void judges(
      DomainState source,
      DomainState destination,
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
    DomainLocation unknown = DomainLocation.UNKNOWN;
    return Stream.of(
        // The job runs.
        arguments(RUNNING_BOOTED, PAUSED_MIGRATION, JOB, FOUND_AGAIN, Underway.class, atSource),
        arguments(RUNNING_BOOTED, PAUSED_MIGRATION, NONE, CALLING, Underway.class, atSource),
        arguments(PAUSED_USER, PAUSED_MIGRATION, JOB, FOUND_AGAIN, Underway.class, atSource),
        arguments(RUNNING_BOOTED, ABSENT, JOB, CALLING, Underway.class, atSource),
        arguments(RUNNING_BOOTED, ABSENT, NONE, CALLING, Underway.class, atSource),
        // The switchover.
        arguments(PAUSED_MIGRATION, PAUSED_MIGRATION, JOB, CALLING, Underway.class, atSource),
        arguments(
            PAUSED_MIGRATION, RUNNING_MIGRATED, JOB, FOUND_AGAIN, Underway.class, atDestination),
        arguments(PAUSED_MIGRATION, ABSENT, JOB, FOUND_AGAIN, Underway.class, atSource),
        // Post-copy.
        arguments(
            PAUSED_POSTCOPY, RUNNING_POSTCOPY, JOB, IN_POST_COPY, Underway.class, atDestination),
        arguments(
            PAUSED_POSTCOPY_FAILED,
            RUNNING_POSTCOPY,
            NONE,
            FOUND_AGAIN,
            PostCopyLost.class,
            atDestination),
        arguments(ABSENT, RUNNING_POSTCOPY, NONE, IN_POST_COPY, Unsettled.class, atDestination),
        // It failed and its cleaning up hangs; the guest may be frozen.
        arguments(RUNNING_BOOTED, ABSENT, JOB, FOUND_AGAIN, Unsettled.class, atSource),
        arguments(RUNNING_BOOTED, ABSENT, FAILED, FOUND_AGAIN, Unsettled.class, atSource),
        arguments(RUNNING_BOOTED, ABSENT, UNKNOWN, FOUND_AGAIN, Unsettled.class, atSource),
        // It failed, or never began.
        arguments(RUNNING_BOOTED, ABSENT, NONE, FOUND_AGAIN, Stayed.class, atSource),
        arguments(RUNNING_BOOTED, SHUTOFF_DESTROYED, NONE, FOUND_AGAIN, Stayed.class, atSource),
        arguments(PAUSED_USER, ABSENT, NONE, FOUND_AGAIN, Stayed.class, atSource),
        arguments(SHUTOFF_DESTROYED, ABSENT, NONE, FOUND_AGAIN, Stayed.class, neither),
        // It may have arrived, and come back or been started anew where it was.
        arguments(RUNNING_BOOTED, SHUTOFF_DESTROYED, NONE, UNHEARD, Forked.class, atSource),
        arguments(RUNNING_BOOTED, ABSENT, NONE, UNHEARD, Forked.class, atSource),
        arguments(RUNNING_MIGRATED, ABSENT, NONE, UNHEARD, Forked.class, atSource),
        arguments(PAUSED_USER, SHUTOFF_SHUTDOWN, NONE, UNHEARD, Forked.class, atSource),
        arguments(SHUTOFF_UNKNOWN, ABSENT, NONE, UNHEARD, Contradiction.class, neither),
        arguments(SHUTOFF_DESTROYED, ABSENT, NONE, UNHEARD, Contradiction.class, neither),
        // It moved.
        arguments(ABSENT, RUNNING_MIGRATED, NONE, FOUND_AGAIN, Moved.class, atDestination),
        arguments(
            SHUTOFF_MIGRATED, RUNNING_MIGRATED, NONE, FOUND_AGAIN, Moved.class, atDestination),
        arguments(
            SHUTOFF_DESTROYED, RUNNING_MIGRATED, NONE, FOUND_AGAIN, Moved.class, atDestination),
        arguments(ABSENT, PAUSED_USER, NONE, FOUND_AGAIN, Moved.class, atDestination),
        arguments(SHUTOFF_MIGRATED, PAUSED_USER, NONE, FOUND_AGAIN, Moved.class, atDestination),
        arguments(SHUTOFF_MIGRATED, RUNNING_MIGRATED, NONE, CALLING, Underway.class, atDestination),
        arguments(ABSENT, RUNNING_MIGRATED, NONE, CALLING, Moved.class, atDestination),
        // It moved and was stopped there by its owner before anybody looked.
        arguments(ABSENT, SHUTOFF_DESTROYED, NONE, FOUND_AGAIN, Moved.class, atDestination),
        // The confirmation was lost.
        arguments(
            PAUSED_MIGRATION,
            RUNNING_MIGRATED,
            NONE,
            FOUND_AGAIN,
            Unconfirmed.class,
            atDestination),
        arguments(PAUSED_MIGRATION, ABSENT, NONE, FOUND_AGAIN, Contradiction.class, neither),
        arguments(PAUSED_MIGRATION, PAUSED_MIGRATION, NONE, FOUND_AGAIN, Unsettled.class, neither),
        // Two copies.
        arguments(PAUSED_USER, RUNNING_MIGRATED, NONE, FOUND_AGAIN, Forked.class, both),
        arguments(RUNNING_BOOTED, RUNNING_MIGRATED, NONE, FOUND_AGAIN, Forked.class, both),
        arguments(RUNNING_BOOTED, RUNNING_MIGRATED, JOB, CALLING, Forked.class, both),
        arguments(RUNNING_BOOTED, RUNNING_POSTCOPY, NONE, POST_COPY_FOUND, Forked.class, both),
        arguments(RUNNING_BOOTED, PAUSED_USER, NONE, FOUND_AGAIN, Contradiction.class, both),
        // Both have run it: neither becomes the right one by what it shows next.
        arguments(RUNNING_BOOTED, PAUSED_USER, NONE, RAN_TWICE, Forked.class, both),
        arguments(PAUSED_MIGRATION, RUNNING_MIGRATED, NONE, RAN_TWICE, Forked.class, both),
        arguments(RUNNING_BOOTED, ABSENT, NONE, RAN_TWICE, Stayed.class, atSource),
        arguments(RUNNING_BOOTED, PAUSED_MIGRATION, JOB, RAN_TWICE, Underway.class, atSource),
        // A roll-back that the destination has not heard of yet.
        arguments(RUNNING_BOOTED, PAUSED_MIGRATION, NONE, FOUND_AGAIN, Unsettled.class, atSource),
        arguments(PAUSED_USER, PAUSED_MIGRATION, NONE, FOUND_AGAIN, Unsettled.class, atSource),
        arguments(ABSENT, PAUSED_MIGRATION, NONE, FOUND_AGAIN, Unsettled.class, neither),
        // Guarded: the guest arrives paused, and runs once the source has let go.
        arguments(ABSENT, PAUSED_USER, NONE, GUARDED, Releasable.class, atDestination),
        arguments(SHUTOFF_MIGRATED, PAUSED_USER, NONE, GUARDED, Releasable.class, atDestination),
        arguments(SHUTOFF_DESTROYED, PAUSED_USER, NONE, GUARDED, Releasable.class, atDestination),
        arguments(ABSENT, PAUSED_USER, NONE, GUARDED_CALLING, Underway.class, atDestination),
        arguments(ABSENT, RUNNING_MIGRATED, NONE, GUARDED, Moved.class, atDestination),
        arguments(RUNNING_BOOTED, PAUSED_USER, NONE, GUARDED, Contradiction.class, atSource),
        arguments(RUNNING_BOOTED, PAUSED_USER, NONE, GUARDED_CALLING, Contradiction.class, both),
        arguments(PAUSED_MIGRATION, PAUSED_USER, NONE, GUARDED, Unconfirmed.class, atDestination),
        arguments(PAUSED_MIGRATION, PAUSED_USER, JOB, GUARDED, Underway.class, atSource),
        // Paused by us while the copy goes on.
        arguments(PAUSED_MIGRATION, PAUSED_MIGRATION, JOB, SUSPENDED, Underway.class, atSource),
        arguments(
            PAUSED_MIGRATION, RUNNING_MIGRATED, JOB, SUSPENDED, Underway.class, atDestination),
        arguments(
            PAUSED_MIGRATION, RUNNING_MIGRATED, NONE, SUSPENDED, Unconfirmed.class, atDestination),
        arguments(PAUSED_MIGRATION, ABSENT, NONE, SUSPENDED, Stayed.class, atSource),
        // It may have run at the destination and been stopped there: the source's is out of date.
        arguments(
            PAUSED_MIGRATION, SHUTOFF_DESTROYED, NONE, SUSPENDED, Contradiction.class, neither),
        // A half of a post-copy is gone, and with it the guest.
        arguments(
            SHUTOFF_CRASHED,
            RUNNING_POSTCOPY_FAILED,
            NONE,
            IN_POST_COPY,
            Contradiction.class,
            neither),
        arguments(
            SHUTOFF_DESTROYED,
            RUNNING_POSTCOPY,
            NONE,
            POST_COPY_FOUND,
            Contradiction.class,
            neither),
        arguments(
            ABSENT, RUNNING_POSTCOPY_FAILED, NONE, POST_COPY_FOUND, Contradiction.class, neither),
        arguments(
            PAUSED_POSTCOPY_FAILED,
            SHUTOFF_DESTROYED,
            NONE,
            POST_COPY_FOUND,
            Contradiction.class,
            neither),
        arguments(PAUSED_POSTCOPY, ABSENT, NONE, POST_COPY_FOUND, Contradiction.class, neither),
        // Paused and resumed there meanwhile, it does not show whether it has all of its memory.
        arguments(
            SHUTOFF_CRASHED, RUNNING_UNPAUSED, NONE, POST_COPY_FOUND, Contradiction.class, unknown),
        arguments(ABSENT, PAUSED_USER, NONE, POST_COPY_FOUND, Contradiction.class, unknown),
        arguments(
            SHUTOFF_CRASHED, RUNNING_MIGRATED, NONE, POST_COPY_FOUND, Moved.class, atDestination),
        arguments(SHUTOFF_MIGRATED, PAUSED_USER, NONE, POST_COPY_FOUND, Moved.class, atDestination),
        // Both halves are there.
        arguments(
            PAUSED_POSTCOPY_FAILED,
            RUNNING_POSTCOPY_FAILED,
            NONE,
            POST_COPY_FOUND,
            PostCopyLost.class,
            atDestination),
        arguments(PAUSED_POSTCOPY, PAUSED_USER, JOB, IN_POST_COPY, Underway.class, atDestination),
        // Somebody else's post-copy, perhaps to another host.
        arguments(
            PAUSED_POSTCOPY, ABSENT, JOB, CALLING, Contradiction.class, DomainLocation.UNKNOWN),
        // Booted at the destination, it did not arrive there.
        arguments(
            SHUTOFF_CRASHED, RUNNING_BOOTED, NONE, FOUND_AGAIN, Contradiction.class, atDestination),
        arguments(PAUSED_MIGRATION, RUNNING_BOOTED, NONE, FOUND_AGAIN, Forked.class, both),
        // It powered itself off in the copy.
        arguments(SHUTOFF_SHUTDOWN, PAUSED_MIGRATION, NONE, CALLING, Contradiction.class, neither),
        arguments(SHUTOFF_SHUTDOWN, ABSENT, NONE, CALLING, Contradiction.class, neither),
        // It ran there since, and has an I/O error: it is not held back by us any more.
        arguments(ABSENT, PAUSED_IOERROR, NONE, GUARDED, Moved.class, atDestination),
        arguments(
            RUNNING_MIGRATION_CANCELED,
            PAUSED_USER,
            NONE,
            STARTED_PAUSED,
            Contradiction.class,
            atSource),
        arguments(
            PAUSED_MIGRATION,
            PAUSED_USER,
            NONE,
            STARTED_PAUSED,
            Contradiction.class,
            atDestination),
        // Started there by hand, paused and resumed, it looks like one that arrived.
        arguments(
            SHUTOFF_DESTROYED, RUNNING_UNPAUSED, NONE, UNTOLD, Contradiction.class, atDestination),
        arguments(ABSENT, RUNNING_UNPAUSED, NONE, UNTOLD, Contradiction.class, atDestination),
        arguments(ABSENT, PAUSED_USER, NONE, UNTOLD, Contradiction.class, atDestination),
        arguments(ABSENT, SHUTOFF_SHUTDOWN, NONE, UNTOLD, Contradiction.class, neither),
        arguments(
            SHUTOFF_DESTROYED,
            PAUSED_USER,
            NONE,
            GUARDED_UNTOLD,
            Contradiction.class,
            atDestination),
        arguments(PAUSED_MIGRATION, RUNNING_UNPAUSED, NONE, UNTOLD, Forked.class, both),
        arguments(PAUSED_MIGRATION, PAUSED_USER, NONE, GUARDED_UNTOLD, Unsettled.class, neither),
        arguments(ABSENT, RUNNING_MIGRATED, NONE, UNTOLD, Moved.class, atDestination),
        arguments(SHUTOFF_MIGRATED, RUNNING_UNPAUSED, NONE, UNTOLD, Moved.class, atDestination),
        // What virt-ferry does not know it does not guess.
        arguments(
            ABSENT,
            RUNNING_UNRECOGNIZED,
            NONE,
            FOUND_AGAIN,
            Contradiction.class,
            DomainLocation.UNKNOWN),
        arguments(ABSENT, SHUTOFF_FAILED, NONE, FOUND_AGAIN, Contradiction.class, neither),
        // Nowhere.
        arguments(ABSENT, ABSENT, NONE, FOUND_AGAIN, Contradiction.class, neither),
        arguments(ABSENT, ABSENT, NONE, ENDED, Stayed.class, neither),
        arguments(ABSENT, ABSENT, JOB, ENDED, Contradiction.class, neither),
        arguments(ABSENT, ABSENT, NONE, ENDED_IN_POST_COPY, Contradiction.class, neither),
        arguments(SHUTOFF_MIGRATED, ABSENT, NONE, FOUND_AGAIN, Contradiction.class, neither));
  }

  private static DomainLocation location(Verdict verdict) {
    return switch (verdict) {
      case Underway it -> it.location();
      case Unsettled it -> it.location();
      case Contradiction it -> it.location();
      case Forked it -> it.location();
      case Impossible it -> it.location();
      case Moved _, Releasable _, Unconfirmed _, PostCopyLost _ -> DomainLocation.DESTINATION;
      case Stayed it -> it.source().canRun() ? DomainLocation.SOURCE : DomainLocation.NEITHER;
    };
  }

  @ParameterizedTest
  @EnumSource(DomainState.class)
  void knowsNothingWhileAHostIsUnreachable(DomainState other) {
    HostReading silent = new Unreachable("Host kvm-x is unreachable", "");
    for (Activity job : Activity.values()) {
      JobReading reading = JobReading.without(job);
      for (HostsObservation observation :
          new HostsObservation[] {
            new HostsObservation(silent, seen(other), reading, Map.of()),
            new HostsObservation(seen(other), silent, reading, Map.of()),
            new HostsObservation(silent, silent, reading, Map.of())
          }) {
        Verdict verdict = TruthTable.judge(observation, FOUND_AGAIN);
        assertThat(verdict).isInstanceOf(Unsettled.class);
        assertThat(location(verdict)).isEqualTo(DomainLocation.UNKNOWN);
      }
    }
  }

  @Test
  void keepsThePhaseOfAJobWhoseGuestItPaused() {
    Verdict verdict = judge(PAUSED_MIGRATION, PAUSED_MIGRATION, JOB, SUSPENDED);
    assertThat(verdict).matches(v -> isUnderway(v, Phase.MEMORY, DomainLocation.SOURCE));
  }

  private static Underway pausedWith(JobReading.Memory memory, Map<String, BlockJob> copies) {
    Phase phase = memory.totalBytes() > 0 ? Phase.MEMORY : Phase.STORAGE;
    var known =
        new Circumstances(
            phase,
            true,
            true,
            Arrival.RUNNING,
            false,
            false,
            true,
            false,
            false,
            false,
            Doubt.NONE);
    var job = new JobReading(JOB, memory, 0);
    return (Underway) judge(PAUSED_MIGRATION, PAUSED_MIGRATION, job, copies, known);
  }

  @Test
  void takesAPauseForASwitchoverOnlyWhenAllIsCopied() {
    var ready = Map.of("vda", new BlockJob(64, 64, 0));
    var almost = Map.of("vda", new BlockJob(63, 64, 0), "vdb", new BlockJob(64, 64, 0));
    var much = new Memory(1000, 1, 900, 1, 0, 100);
    var little = new Memory(1000, 1, 9, 3, 0, 100);
    var none = new Memory(1000, 1000, 0, 3, 0, 0);
    assertThat(pausedWith(Memory.NOTHING, almost).phase()).isEqualTo(Phase.STORAGE);
    assertThat(pausedWith(Memory.NOTHING, ready).phase()).isEqualTo(Phase.STORAGE);
    assertThat(pausedWith(Memory.NOTHING, Map.of()).phase()).isEqualTo(Phase.STORAGE);
    assertThat(pausedWith(much, ready).phase()).isEqualTo(Phase.MEMORY);
    assertThat(pausedWith(little, almost).phase()).isEqualTo(Phase.MEMORY);
    assertThat(pausedWith(little, ready).phase()).isEqualTo(Phase.SWITCHOVER);
    assertThat(pausedWith(none, Map.of()).phase()).isEqualTo(Phase.SWITCHOVER);
  }

  @Test
  void seesTheMemoryPhaseWhenMemoryIsCounted() {
    var job = new JobReading(JOB, new Memory(100, 1, 99, 1, 0, 0), 0);
    assertThat(judge(RUNNING_BOOTED, PAUSED_MIGRATION, job, Map.of(), CALLING))
        .matches(v -> isUnderway(v, Phase.MEMORY, DomainLocation.SOURCE));
  }

  private static boolean isUnderway(Verdict verdict, Phase phase, DomainLocation location) {
    return verdict instanceof Underway it && it.phase() == phase && it.location() == location;
  }
}
