package dev.virtferry.migration.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.access.Scope;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DiscretionTest {

  private static final Scope BOUND = new Scope(List.of("own-*"), null);
  private static final Scope ON_A_HOST = new Scope(null, List.of("kvm-a"));

  @ParameterizedTest
  @EnumSource(names = {"DESTINATION_STORAGE", "DESTINATION_CONFLICT"})
  void whoIsBoundIsToldWhereAndNotWhat(ProblemType type) {
    Problem told = Problem.at("#/disks/0", type, "/srv/x belongs to another.");
    for (Scope scope : List.of(BOUND, ON_A_HOST)) {
      Problem shown = Discretion.of(told, scope);
      assertThat(shown.type()).isEqualTo(type);
      assertThat(shown.toString()).contains("#/disks/0").doesNotContain("/srv/x");
      assertThat(Discretion.of("/srv/x belongs to another.", scope)).doesNotContain("/srv/x");
    }
    assertThat(Discretion.of(told, Scope.EVERYTHING)).isEqualTo(told);
    assertThat(Discretion.of("why", Scope.EVERYTHING)).isEqualTo("why");
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"DESTINATION_STORAGE", "DESTINATION_CONFLICT"})
  void everyOtherProblemIsAboutItsOwn(ProblemType type) {
    Problem told = Problem.of(type, "Words.");
    assertThat(Discretion.of(told, BOUND)).isEqualTo(told);
  }

  /** What is told depends on what the domain needs, and on nothing of the destination. */
  @Test
  void whoIsBoundLearnsNotWhatADestinationHas() {
    List<String> doubts = List.of("os/kernel needs what kvm-b may not have.");
    assertThat(Discretion.ofNeeds(doubts, true, Scope.EVERYTHING)).isEqualTo(doubts);
    assertThat(Discretion.ofNeeds(doubts, true, BOUND))
        .hasSize(1)
        .isEqualTo(Discretion.ofNeeds(List.of(), true, BOUND))
        .isNotEqualTo(doubts);
    assertThat(Discretion.ofNeeds(List.of(), false, BOUND)).isEmpty();
  }
}
