package dev.virtferry.access.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.virtferry.access.web.RateLimits.Kind;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class RateLimitsTest {

  private static RateLimits limits(int reads, int writes) {
    return new RateLimits(
        new RateProperties(
            reads,
            writes,
            1,
            2,
            DataSize.ofKilobytes(1),
            Duration.ofSeconds(20),
            Duration.ofMinutes(2)));
  }

  private int made(RateLimits limits, Kind kind, String who, int calls) {
    int made = 0;
    for (int call = 0; call < calls; call++) {
      try {
        limits.count(kind, who);
        made++;
      } catch (Refused e) {
        assertThat(e.problem().type()).isEqualTo(ProblemType.RATE_LIMITED);
        assertThat(e.headers()).containsExactly(entry("Retry-After", "1"));
      }
    }
    return made;
  }

  @Test
  void letsACallerMakeAsManyCallsAtOnceAsInASecond() {
    RateLimits limits = limits(5, 2);
    assertThat(made(limits, Kind.WRITE, "a", 10)).isBetween(2, 3);
  }

  @Test
  void readsAndWritesDoNotUseUpEachOther() {
    RateLimits limits = limits(1, 1);
    limits.count(Kind.READ, "a");
    limits.count(Kind.WRITE, "a");
    assertThatThrownBy(() -> made100(limits)).isInstanceOf(Refused.class);
  }

  private void made100(RateLimits limits) {
    for (int call = 0; call < 100; call++) {
      limits.count(Kind.READ, "a");
    }
  }

  @Test
  void oneCallerDoesNotUseUpWhatAnotherMay() {
    RateLimits limits = limits(1, 1);
    made(limits, Kind.READ, "a", 100);
    limits.count(Kind.READ, "b");
  }

  @Test
  void keepsSoManyAnswersOfACallerOpenAndNoMore() {
    RateLimits limits = limits(100, 100);
    limits.open("a");
    limits.open("a");
    assertThatThrownBy(() -> limits.open("a"))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.headers()).containsExactly(entry("Retry-After", "1")));
    limits.open("b");
    limits.close("a");
    limits.open("a");
    assertThatThrownBy(() -> limits.open("a")).isInstanceOf(Refused.class);
  }
}
