package dev.virtferry.migration.truth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.JobReading;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.JobReading.Memory;
import dev.virtferry.migration.Arrival;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Doubt;
import dev.virtferry.migration.Phase;
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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What must hold for every pair of states that two hosts can show, with every job, way of migrating
 * and circumstance: the pairs that somebody thought of, and all others. Here for each 41st, which
 * meets every two of these together; {@link EveryPairIT} leaves none out.
 */
@Execution(ExecutionMode.CONCURRENT)
@Order(1)
class EveryPairTest {

  private static final boolean[] EITHER = {false, true};

  /** For what is asked of an absent source alone. */
  private static final boolean[] NOT = {false};

  private static final List<Memory> MEMORIES =
      List.of(
          Memory.NOTHING, new Memory(1000, 500, 500, 1, 0, 10), new Memory(1000, 1000, 0, 3, 0, 0));

  /** What a person is told to end. */
  private record Advice(
      boolean destroyDestinationsCopy,
      boolean destroySourcesCopy,
      boolean destroySourcesHalf,
      boolean destroyWhatIsLeftThere,
      boolean destroyByVirsh) {

    static Advice of(String text) {
      return new Advice(
          text.contains("estroy the destination's copy"),
          text.contains("estroy the source's copy"),
          text.contains("estroy the source's half") && !text.contains("start the guest anew"),
          text.contains("estroy what is left at the destination"),
          text.contains("(virsh destroy)"));
    }
  }

  /** There are few texts and millions of pairs, so that each is read once. */
  private final Map<String, Advice> advices = new HashMap<>();

  /** No divisor of how many values a part of a pair has. */
  private static final int EACH_SO_MANY = 61;

  private long drawn;

  private long looked;

  /** Which of the pairs are judged: each so many. */
  int step() {
    return EACH_SO_MANY;
  }

  /** The first of each kind. */
  private final Map<String, String> lies = new LinkedHashMap<>();

  @ParameterizedTest
  @EnumSource(Arrival.class)
  void isJudgedSoundly(Arrival arrival) {
    for (DomainState source : DomainState.values()) {
      for (DomainState destination : DomainState.values()) {
        for (Activity activity : Activity.values()) {
          for (Phase phase : Phase.values()) {
            judgeAll(source, destination, activity, phase, arrival);
          }
        }
      }
    }
    long states = DomainState.values().length;
    long doubts = Doubt.values().length;
    assertThat(lies.values()).isEmpty();
    assertThat(drawn)
        .isEqualTo((states + 1) * states * 4 * 4 * 3 * 2 * 2 * 2 * 2 * 2 * 2 * 3 * doubts);
    assertThat(looked).isEqualTo(drawn / step());
  }

  private void judgeAll(
      DomainState source,
      DomainState destination,
      Activity activity,
      Phase phase,
      Arrival arrival) {
    for (Memory memory : MEMORIES) {
      var job = new JobReading(activity, memory, 0);
      for (boolean copying : EITHER) {
        for (boolean pending : EITHER) {
          for (boolean seen : EITHER) {
            for (boolean suspended : EITHER) {
              for (boolean forked : EITHER) {
                for (boolean told : EITHER) {
                  for (boolean left : EITHER) {
                    for (Doubt doubt : Doubt.values()) {
                      for (boolean ended : source == DomainState.ABSENT ? EITHER : NOT) {
                        for (boolean anotherRun : left ? EITHER : NOT) {
                          if (++drawn % step() == 0) {
                            looked++;
                            var known =
                                new Circumstances(
                                    phase,
                                    pending,
                                    seen,
                                    arrival,
                                    suspended,
                                    forked,
                                    told,
                                    left,
                                    ended,
                                    anotherRun,
                                    doubt);
                            requireSound(new Pair(source, destination, job, copying, known));
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  private void requireSound(Pair it) {
    Verdict verdict = TruthTable.judge(it);
    require(verdict.why().endsWith("."), it, verdict, "has no sentence");
    requireARightPlace(it, verdict);
    requireThatNobodyLosesTheGuest(it, verdict);
    requireThatLibvirtIsStillAsked(it, verdict);
    requireThatBothAreKept(it, verdict);
    switch (verdict) {
      case Moved _ -> {
        require(!it.source().active(), it, verdict, "the source has it");
        require(hasArrived(it), it, verdict, "it is not known to be whole");
        requireNoDoubt(it, verdict);
      }
      case Releasable _ -> {
        requireNoDoubt(it, verdict);
        require(!it.source().active(), it, verdict, "the source has it");
        require(hasArrived(it), it, verdict, "it may have been started by hand");
        require(it.there() == AtDestination.PAUSED, it, verdict, "it does not wait for us");
        require(it.known().arrival() == Arrival.RELEASED, it, verdict, "it is not ours to let run");
        require(!it.known().callPending(), it, verdict, "libvirt is not done");
      }
      case Unconfirmed _ -> {
        require(it.source() == DomainState.PAUSED_MIGRATION, it, verdict, "the source may go on");
        require(isWhole(it), it, verdict, "it is not known to be whole");
        require(!it.working(), it, verdict, "libvirt is not done");
        require(it.known().doubt() == Doubt.NONE, it, verdict, "the source's may be the right one");
      }
      case Stayed _ -> {
        require(!it.destination().active(), it, verdict, "the destination has it");
        require(
            it.source() == DomainState.ABSENT
                ? it.known().onlyEnded() && it.destination() == DomainState.ABSENT
                : it.source() != DomainState.SHUTOFF_MIGRATED,
            it,
            verdict,
            "the source does not have it");
        require(
            it.source() != DomainState.ABSENT || it.known().phase() != Phase.POST_COPY,
            it,
            verdict,
            "it had left in part");
        require(
            it.source() != DomainState.PAUSED_MIGRATION || it.known().suspended(),
            it,
            verdict,
            "it may have run at the destination");
        require(!it.source().half(), it, verdict, "it is a half");
        require(!it.known().mayHaveLeft(), it, verdict, "nobody saw whether it had arrived");
        require(!it.working(), it, verdict, "libvirt is not done");
      }
      case PostCopyLost _ -> {
        require(it.source().half() && it.source().active(), it, verdict, "no half here");
        require(it.destination().active(), it, verdict, "no half there");
      }
      case Forked _ -> {
        boolean both = it.source().active() && it.destination().active();
        require(both || it.known().mayHaveLeft(), it, verdict, "only one host can have run it");
      }
      case Underway _, Unsettled _, Contradiction _, Impossible _ -> {}
    }
    switch (verdict) {
      case Underway _,
          Unsettled _,
          PostCopyLost _,
          Releasable _,
          Unconfirmed _,
          Moved _,
          Stayed _ ->
          require(
              !it.known().anotherRun() || !it.source().active(),
              it,
              verdict,
              "what the source runs is not what was to be moved");
      case Contradiction _, Forked _, Impossible _ -> {}
    }
  }

  /** Unless a person chose, who was told that both could run it. */
  private void requireNoDoubt(Pair it, Verdict verdict) {
    boolean ended =
        it.source() == DomainState.SHUTOFF_DESTROYED || it.source() == DomainState.ABSENT;
    boolean chosen = it.known().forked() && ended && it.known().doubt() == Doubt.RAN_ON;
    boolean arrivedBefore =
        it.known().doubt() == Doubt.STARTED_ANEW
            && (it.source() == DomainState.SHUTOFF_MIGRATED
                || it.destination() == DomainState.RUNNING_MIGRATED);
    require(
        it.known().doubt() == Doubt.NONE || chosen || arrivedBefore,
        it,
        verdict,
        "the source's may be the right one");
  }

  /** Two that have run, or run now, stay two, whatever they show next. */
  private void requireThatBothAreKept(Pair it, Verdict verdict) {
    boolean incoming =
        it.destination() == DomainState.PAUSED_MIGRATION
            || it.destination() == DomainState.PAUSED_STARTING_UP;
    if (it.known().forked() && it.source().canRun() && it.destination().canRun() && !incoming) {
      require(verdict instanceof Forked, it, verdict, "both may have run it");
    }
    if (it.source().runs() && it.destination().runs() && !it.source().half()) {
      require(verdict instanceof Forked, it, verdict, "both run it");
    }
  }

  private static boolean hasArrived(Pair it) {
    boolean left = it.source() == DomainState.SHUTOFF_MIGRATED;
    boolean stopped = it.there() == AtDestination.STOPPED && it.known().told();
    return isWhole(it)
        || stopped
        || (left && (it.destination().canRun() || it.there() == AtDestination.STOPPED));
  }

  /** Written anew here: all reasons for which a domain has what it had at the source. */
  private static boolean isWhole(Pair it) {
    return switch (it.destination()) {
      case RUNNING_MIGRATED -> true;
      case RUNNING_UNKNOWN,
          RUNNING_UNPAUSED,
          RUNNING_MIGRATION_CANCELED,
          RUNNING_SAVE_CANCELED,
          RUNNING_WAKEUP,
          RUNNING_CRASHED,
          PAUSED_UNKNOWN,
          PAUSED_USER,
          PAUSED_SAVE,
          PAUSED_DUMP,
          PAUSED_IOERROR,
          PAUSED_WATCHDOG,
          PAUSED_FROM_SNAPSHOT,
          PAUSED_SHUTTING_DOWN,
          PAUSED_SNAPSHOT,
          PAUSED_CRASHED,
          PAUSED_API_ERROR,
          PMSUSPENDED_UNKNOWN,
          PMSUSPENDED_UNRECOGNIZED ->
          it.known().told();
      default -> false;
    };
  }

  /** A host is named only where its domain runs or could. */
  private void requireARightPlace(Pair it, Verdict verdict) {
    switch (location(verdict)) {
      case SOURCE -> require(it.source().canRun(), it, verdict, "it can't run at the source");
      case DESTINATION ->
          require(
              couldRunThere(it) || verdict instanceof Moved,
              it,
              verdict,
              "it can't run at the destination");
      case BOTH -> {
        require(it.source().canRun(), it, verdict, "it can't run at the source");
        require(it.destination().active(), it, verdict, "the destination has nothing");
      }
      case NEITHER ->
          require(!it.source().runs() || it.source().half(), it, verdict, "it runs at the source");
      case UNKNOWN -> {}
    }
    if (it.source().runs() && !it.source().half() && it.destination().runs()) {
      require(location(verdict) == DomainLocation.BOTH, it, verdict, "it runs twice");
    }
    if (verdict instanceof Underway underway && underway.phase().abortable()) {
      require(underway.location() == DomainLocation.SOURCE, it, verdict, "an abort finds no guest");
    }
  }

  private static boolean couldRunThere(Pair it) {
    boolean half = it.destination().half() || it.known().arrival() == Arrival.IN_POST_COPY;
    boolean otherHalf = it.source().half() && it.source().active();
    boolean allSent =
        it.source() == DomainState.SHUTOFF_MIGRATED || it.source() == DomainState.ABSENT;
    boolean partly = half && it.destination().active();
    return it.destination().canRun() || (partly && (otherHalf || allSent || it.working()));
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

  /** No advice tells anybody to destroy the only copy that can run. */
  private void requireThatNobodyLosesTheGuest(Pair it, Verdict verdict) {
    String advice =
        switch (verdict) {
          case Unsettled unsettled -> unsettled.advice();
          case Contradiction contradiction -> contradiction.advice();
          case Forked forked -> forked.advice();
          case Underway _,
              Impossible _,
              Moved _,
              Releasable _,
              Unconfirmed _,
              PostCopyLost _,
              Stayed _ ->
              "";
        };
    Advice told = advices.computeIfAbsent(advice, Advice::of);
    if (told.destroyDestinationsCopy()) {
      require(it.source().canRun(), it, verdict, "the source can't go on");
    }
    if (told.destroySourcesCopy()) {
      require(it.destination().canRun() && isWhole(it), it, verdict, "the destination can't go on");
    }
    if (told.destroySourcesHalf()) {
      require(it.destination().canRun(), it, verdict, "the destination can't go on");
    }
    if (told.destroyWhatIsLeftThere()) {
      require(!it.source().active(), it, verdict, "the source's half is there");
    }
    if (it.source().half() && it.destination().half() && it.source().active()) {
      require(!told.destroyByVirsh(), it, verdict, "each has a part");
    }
  }

  /** Cancel and steering are open for as long as libvirt obeys. */
  private void requireThatLibvirtIsStillAsked(Pair it, Verdict verdict) {
    boolean before = it.known().phase().abortable() && !it.known().anotherRun();
    boolean copied = !it.copying() && it.job().memory().remainingBytes() == 0;
    boolean held = it.source() == DomainState.PAUSED_MIGRATION && !copied;
    boolean waiting = it.destination() == DomainState.PAUSED_MIGRATION;
    if (it.jobRuns() && before && waiting && (held || it.source() == DomainState.RUNNING_BOOTED)) {
      require(
          verdict instanceof Underway underway && underway.phase().abortable(),
          it,
          verdict,
          "libvirt would obey");
    }
  }

  /** Made millions of times, so the words are built only when it fails. */
  private void require(boolean holds, Pair it, Verdict verdict, String lie) {
    if (!holds) {
      lies.computeIfAbsent(
          "%s %s %s".formatted(it.here(), it.there(), lie),
          _ -> "%s, but %s: %s".formatted(verdict, lie, it));
    }
  }
}
