package dev.virtferry.migration;

import static dev.virtferry.migration.MigrationState.CANCELLED;
import static dev.virtferry.migration.MigrationState.FAILED;
import static dev.virtferry.migration.MigrationState.FINISHING;
import static dev.virtferry.migration.MigrationState.MIGRATING;
import static dev.virtferry.migration.MigrationState.NEEDS_ATTENTION;
import static dev.virtferry.migration.MigrationState.PREPARING;
import static dev.virtferry.migration.MigrationState.QUEUED;
import static dev.virtferry.migration.MigrationState.RECOVERING;
import static dev.virtferry.migration.MigrationState.SUCCEEDED;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtferry.migration.Timeline.PhaseSpan;
import dev.virtferry.migration.options.OptionsPatch;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MigrationTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Attention WHY = new Attention(NOW, "reason", "advice", Silence.NONE);
  private static final Failure FAILURE =
      new Failure(Problem.of(ProblemType.LIBVIRT_ERROR, "it broke"), null);

  private static Migration in(MigrationState state) {
    Migration queued = new GivenMigration().copying("vda").accepted(NOW);
    return switch (state) {
      case QUEUED -> queued;
      case PREPARING -> queued.prepare();
      case MIGRATING -> start(queued.prepare());
      case FINISHING -> in(MIGRATING).finish(DomainLocation.DESTINATION);
      case RECOVERING -> in(MIGRATING).recover(DomainLocation.UNKNOWN, WHY);
      case NEEDS_ATTENTION -> in(MIGRATING).needAttention(DomainLocation.BOTH, WHY);
      case SUCCEEDED -> in(FINISHING).succeed(NOW);
      case FAILED -> in(FINISHING).fail(FAILURE, NOW);
      case CANCELLED -> in(FINISHING).cancelled(NOW);
    };
  }

  private static Migration start(Migration prepared) {
    return prepared.start(prepared.plan(), prepared.call(), NOW);
  }

  /** Where each verb leads from each state; a state that is not named refuses the verb. */
  private static final Map<String, Verb> VERBS =
      Map.ofEntries(
          entry("prepare", new Verb(Migration::prepare, Map.of(QUEUED, PREPARING))),
          entry("start", new Verb(MigrationTest::start, Map.of(PREPARING, MIGRATING))),
          entry(
              "record volumes",
              new Verb(
                  m -> m.recordVolumes(List.of()),
                  Map.of(PREPARING, PREPARING, FINISHING, FINISHING))),
          entry(
              "observe",
              new Verb(
                  m -> m.observe(Phase.MEMORY, DomainLocation.SOURCE, NOW),
                  Map.of(MIGRATING, MIGRATING, RECOVERING, MIGRATING, NEEDS_ATTENTION, MIGRATING))),
          entry(
              "request cancel",
              new Verb(
                  m -> m.requestCancel(NOW),
                  Map.of(
                      QUEUED, CANCELLED,
                      PREPARING, PREPARING,
                      MIGRATING, MIGRATING,
                      RECOVERING, RECOVERING,
                      CANCELLED, CANCELLED))),
          entry(
              "retune",
              new Verb(
                  m -> m.retune(new OptionsPatch(7L, null), null),
                  Map.of(
                      QUEUED, QUEUED,
                      PREPARING, PREPARING,
                      MIGRATING, MIGRATING,
                      RECOVERING, RECOVERING))),
          entry(
              "complete",
              new Verb(
                  m -> m.complete(Completion.SUSPEND),
                  Map.of(
                      QUEUED, QUEUED,
                      PREPARING, PREPARING,
                      MIGRATING, MIGRATING,
                      RECOVERING, RECOVERING))),
          entry(
              "suspend the guest", new Verb(Migration::suspendGuest, Map.of(MIGRATING, MIGRATING))),
          entry(
              "recover",
              new Verb(
                  m -> m.recover(DomainLocation.UNKNOWN, WHY),
                  Map.of(
                      MIGRATING, RECOVERING,
                      FINISHING, RECOVERING,
                      RECOVERING, RECOVERING,
                      NEEDS_ATTENTION, RECOVERING))),
          entry(
              "need attention",
              new Verb(
                  m -> m.needAttention(DomainLocation.BOTH, WHY),
                  Map.of(
                      MIGRATING, NEEDS_ATTENTION,
                      FINISHING, NEEDS_ATTENTION,
                      RECOVERING, NEEDS_ATTENTION,
                      NEEDS_ATTENTION, NEEDS_ATTENTION))),
          entry(
              "finish",
              new Verb(
                  m -> m.finish(DomainLocation.SOURCE),
                  Map.of(
                      MIGRATING, FINISHING,
                      FINISHING, FINISHING,
                      RECOVERING, FINISHING,
                      NEEDS_ATTENTION, FINISHING))),
          entry("succeed", new Verb(m -> m.succeed(NOW), Map.of(FINISHING, SUCCEEDED))),
          entry(
              "fail",
              new Verb(
                  m -> m.fail(FAILURE, NOW),
                  Map.of(QUEUED, FAILED, PREPARING, FAILED, FINISHING, FAILED))),
          entry(
              "resolve",
              new Verb(
                  m -> m.resolve("it runs on kvm-b", NOW),
                  Map.of(RECOVERING, FAILED, NEEDS_ATTENTION, FAILED))),
          entry(
              "be cancelled",
              new Verb(
                  m -> m.cancelled(NOW),
                  Map.of(QUEUED, CANCELLED, PREPARING, CANCELLED, FINISHING, CANCELLED))));

  private record Verb(UnaryOperator<Migration> verb, Map<MigrationState, MigrationState> leadsTo) {}

  @ParameterizedTest(name = "{0} in {1}")
  @MethodSource("everyVerbInEveryState")
  void goesWhereTheVerbLeadsOrRefusesIt(String name, MigrationState from) {
    Verb verb = Objects.requireNonNull(VERBS.get(name));
    MigrationState to = verb.leadsTo().get(from);
    if (to == null) {
      assertThatThrownBy(() -> verb.verb().apply(in(from)))
          .isInstanceOf(IllegalTransition.class)
          .hasMessageContaining(" is " + from + " and can't ");
    } else {
      assertThat(verb.verb().apply(in(from)).state()).isEqualTo(to);
    }
  }

  static Stream<Arguments> everyVerbInEveryState() {
    return VERBS.keySet().stream()
        .sorted()
        .flatMap(
            verb -> Stream.of(MigrationState.values()).map(state -> Arguments.of(verb, state)));
  }

  @Test
  void hasThreeEnds() {
    assertThat(MigrationState.values())
        .filteredOn(MigrationState::terminal)
        .containsExactly(SUCCEEDED, FAILED, CANCELLED);
  }

  @Test
  void neverSaysThatItMovedWhileTheGuestIsElsewhere() {
    for (DomainLocation where : DomainLocation.values()) {
      Migration finishing = in(MIGRATING).finish(where);
      if (where != DomainLocation.DESTINATION) {
        assertThatThrownBy(() -> finishing.succeed(NOW)).isInstanceOf(IllegalTransition.class);
      }
    }
  }

  @Test
  void canBeCancelledOnlyBeforeTheSwitchover() {
    for (Phase phase : Phase.values()) {
      Migration seen = in(MIGRATING).observe(phase, DomainLocation.SOURCE, NOW);
      if (phase == Phase.STORAGE || phase == Phase.MEMORY) {
        assertThat(seen.requestCancel(NOW).status().cancelRequested()).isTrue();
      } else {
        assertThatThrownBy(() -> seen.requestCancel(NOW)).isInstanceOf(IllegalTransition.class);
      }
    }
  }

  @Test
  void staysAsItIsWhenAskedAgainToEnd() {
    Migration asked = in(MIGRATING).requestCancel(NOW);
    assertThat(asked.requestCancel(NOW)).isSameAs(asked);
    Migration late = asked.observe(Phase.SWITCHOVER, DomainLocation.SOURCE, NOW);
    assertThat(late.requestCancel(NOW)).isSameAs(late);
  }

  @Test
  void doesNotGoBackToAPhaseThatItLeft() {
    Migration memory = in(MIGRATING).observe(Phase.MEMORY, DomainLocation.SOURCE, NOW);
    Migration still = memory.observe(Phase.STORAGE, DomainLocation.SOURCE, NOW.plusSeconds(1));
    assertThat(still.phase()).isEqualTo(Phase.MEMORY);
    assertThat(still.timeline().phases()).hasSize(2);
  }

  @Test
  void writesDownWhenEachPhaseBeganAndEnded() {
    Instant memory = NOW.plusSeconds(10);
    Instant end = NOW.plusSeconds(20);
    Migration over =
        in(MIGRATING)
            .observe(Phase.MEMORY, DomainLocation.SOURCE, memory)
            .finish(DomainLocation.DESTINATION)
            .succeed(end);
    assertThat(over.timeline().phases())
        .containsExactly(
            new PhaseSpan(Phase.STORAGE, NOW, memory), new PhaseSpan(Phase.MEMORY, memory, end));
    assertThat(over.timeline().endedAt()).isEqualTo(end);
  }

  @Test
  void beginsWithTheMemoryWhenNoDiskIsCopied() {
    Migration started = new GivenMigration().accepted(NOW).prepare();
    assertThat(start(started).phase()).isEqualTo(Phase.MEMORY);
  }

  @Test
  void keepsSinceWhenItIsInTheSameTrouble() {
    Attention later = new Attention(NOW.plusSeconds(5), "reason", "advice", Silence.NONE);
    Attention other = new Attention(NOW.plusSeconds(5), "another", "advice", Silence.NONE);
    Migration troubled = in(RECOVERING);
    assertThat(troubled.recover(DomainLocation.UNKNOWN, later).attention()).isEqualTo(WHY);
    assertThat(troubled.recover(DomainLocation.UNKNOWN, other).attention()).isEqualTo(other);
  }

  @Test
  void isResolvedByNobodyWhileItsJobHangs() {
    Attention hung = Attention.ofAHungJob(NOW, "reason", "advice");
    Migration troubled = in(RECOVERING).recover(DomainLocation.SOURCE, hung);
    assertThatThrownBy(() -> troubled.resolve("it is over", NOW))
        .isInstanceOf(IllegalTransition.class);
    assertThat(troubled.recover(DomainLocation.SOURCE, WHY).resolve("it is over", NOW).state())
        .isEqualTo(FAILED);
  }

  @Test
  void forgetsTheTroubleWhenItGoesOn() {
    assertThat(in(RECOVERING).observe(Phase.MEMORY, DomainLocation.SOURCE, NOW).attention())
        .isNull();
    assertThat(in(NEEDS_ATTENTION).finish(DomainLocation.SOURCE).attention()).isNull();
  }
}
