package dev.virtferry.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.time.Moment;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** No more is copied than the limit lets pass, or than the pace brings. */
class CopyPaceTest {

  private static final long MIB = 1 << 20;
  private static final Instant NOON = Instant.parse("2026-11-29T12:00:00Z");

  private static Moment at(double seconds) {
    Duration passed = Duration.ofMillis((long) (1000 * seconds));
    return new Moment(NOON.plus(passed), passed);
  }

  private static BlockJob copied(long mib, long limit) {
    return new BlockJob(mib * MIB, 128 * MIB, limit);
  }

  @Test
  void isAtMostTwiceWhatItWas() {
    CopyPace pace = CopyPace.of(copied(0, 0), at(0)).then(copied(8, 0), at(4));
    assertThat(pace.mostBy(at(7.5))).hasValue(8 * MIB + 16 * MIB);
  }

  @Test
  void isAnyWhereItWasHardlyWatched() {
    CopyPace pace = CopyPace.of(copied(0, 0), at(0)).then(copied(16, 0), at(1));
    assertThat(pace.mostBy(at(7.5))).isEmpty();
  }

  /** The first chunk of a copy comes at once. */
  @Test
  void isNoMoreThanItsLimit() {
    CopyPace pace = CopyPace.of(copied(16, 2), at(0));
    assertThat(pace.mostBy(at(7.5))).hasValue(16 * MIB + 16 * MIB);
    assertThat(pace.then(copied(16, 4), at(1)).mostBy(at(2.5))).hasValue(16 * MIB + 8 * MIB);
    assertThat(pace.then(copied(16, 0), at(1)).mostBy(at(2.5))).isEmpty();
    assertThat(CopyPace.of(copied(16, Long.MAX_VALUE >> 20), at(0)).mostBy(at(1))).isEmpty();
  }
}
