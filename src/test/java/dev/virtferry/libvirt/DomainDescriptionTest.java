package dev.virtferry.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DomainDescriptionTest {

  private static boolean knowsItsSizes(DomainState state, @Nullable DomainRun run) {
    return Domains.as(Domains.running("web", Domains.disk("vda")), state, run).knowsItsSizes();
  }

  /** libvirt would open the images of one that does not run, with the domain locked. */
  @ParameterizedTest
  @EnumSource
  void onlyADomainThatRunsAndHasArrivedIsAskedForTheSizesOfItsDisks(DomainState state) {
    assertThat(knowsItsSizes(state, null)).isFalse();
    assertThat(knowsItsSizes(state, new DomainRun(7, 0)))
        .isEqualTo(state != DomainState.PAUSED_MIGRATION);
  }
}
