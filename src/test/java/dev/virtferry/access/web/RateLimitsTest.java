package dev.virtferry.access.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtferry.access.web.RateLimits.Kind;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.util.unit.DataSize;

class RateLimitsTest {

  private final MockHttpServletResponse response = new MockHttpServletResponse();

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
        limits.count(kind, who, response);
        made++;
      } catch (Refused e) {
        assertThat(e.problem().type()).isEqualTo(ProblemType.RATE_LIMITED);
      }
    }
    return made;
  }

  @Test
  void letsACallerMakeAsManyCallsAtOnceAsInASecond() {
    RateLimits limits = limits(5, 2);
    assertThat(made(limits, Kind.WRITE, "a", 10)).isBetween(2, 3);
    assertThat(response.getHeader("Retry-After")).isEqualTo("1");
  }

  @Test
  void readsAndWritesDoNotUseUpEachOther() {
    RateLimits limits = limits(1, 1);
    limits.count(Kind.READ, "a", response);
    limits.count(Kind.WRITE, "a", response);
    assertThatThrownBy(() -> made100(limits)).isInstanceOf(Refused.class);
  }

  private void made100(RateLimits limits) {
    for (int call = 0; call < 100; call++) {
      limits.count(Kind.READ, "a", response);
    }
  }

  @Test
  void oneCallerDoesNotUseUpWhatAnotherMay() {
    RateLimits limits = limits(1, 1);
    made(limits, Kind.READ, "a", 100);
    limits.count(Kind.READ, "b", response);
  }

  @Test
  void keepsSoManyAnswersOfACallerOpenAndNoMore() {
    RateLimits limits = limits(100, 100);
    limits.open("a", response);
    limits.open("a", response);
    assertThatThrownBy(() -> limits.open("a", response)).isInstanceOf(Refused.class);
    assertThat(response.getHeader("Retry-After")).isEqualTo("1");
    limits.open("b", response);
    limits.close("a");
    limits.open("a", response);
    assertThatThrownBy(() -> limits.open("a", response)).isInstanceOf(Refused.class);
  }
}
