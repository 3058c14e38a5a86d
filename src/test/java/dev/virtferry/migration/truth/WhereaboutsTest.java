package dev.virtferry.migration.truth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.DomainRun;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.migration.AtSource;
import dev.virtferry.migration.DomainLocation;
import org.junit.jupiter.api.Test;

/** A host is named only where it has a guest that runs, or could run on. */
class WhereaboutsTest {

  private static final HostReading SILENT = new HostReading.Unreachable("no answer", "");

  private static HostReading seen(DomainState state) {
    return new HostReading.Seen(new DomainCondition("web", state, new DomainRun(7, 0), true));
  }

  @Test
  void namesNoHostThatDoesNotHaveTheGuest() {
    for (DomainState here : DomainState.values()) {
      for (DomainState there : DomainState.values()) {
        DomainLocation where = Whereabouts.of(seen(here), seen(there));
        String pair = here + " and " + there;
        switch (where) {
          case SOURCE -> assertThat(hasIt(here)).as(pair).isTrue();
          case DESTINATION -> {
            assertThat(hasIt(there)).as(pair).isTrue();
            assertThat(here.canRun()).as(pair).isFalse();
          }
          case BOTH -> assertThat(hasIt(here) && hasIt(there)).as(pair).isTrue();
          case NEITHER -> {
            assertThat(here.canRun()).as(pair).isFalse();
            assertThat(there.canRun() && there != DomainState.PAUSED_MIGRATION)
                .as(pair)
                .isEqualTo(there == DomainState.PAUSED_STARTING_UP);
          }
          case UNKNOWN ->
              assertThat(
                      AtSource.of(here) == AtSource.UNKNOWN
                          || AtDestination.of(there) == AtDestination.UNKNOWN)
                  .as(pair)
                  .isTrue();
        }
      }
    }
  }

  /** In post-copy it runs, and its memory follows. */
  private static boolean hasIt(DomainState state) {
    return state.canRun() || state == DomainState.RUNNING_POSTCOPY;
  }

  @Test
  void namesNoHostInPlaceOfOneThatIsSilent() {
    for (DomainState state : DomainState.values()) {
      assertThat(Whereabouts.of(SILENT, seen(state))).isEqualTo(DomainLocation.UNKNOWN);
      assertThat(Whereabouts.of(seen(state), SILENT))
          .as(state.words())
          .isIn(DomainLocation.SOURCE, DomainLocation.UNKNOWN, DomainLocation.NEITHER);
    }
    assertThat(Whereabouts.of(seen(DomainState.RUNNING_BOOTED), SILENT))
        .isEqualTo(DomainLocation.SOURCE);
    assertThat(Whereabouts.of(seen(DomainState.SHUTOFF_DESTROYED), SILENT))
        .isEqualTo(DomainLocation.UNKNOWN);
  }
}
