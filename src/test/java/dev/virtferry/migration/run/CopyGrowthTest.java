package dev.virtferry.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.migration.run.CopyGrowth.Look;
import dev.virtferry.time.Moment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an image takes is held against its copy from the first look on. */
class CopyGrowthTest {

  private static final long MIB = 1 << 20;
  private static final BlockJob NO_SIZE_YET = new BlockJob(0, 0, 0);

  private final CopyGrowth growth = new CopyGrowth(MIB);

  private static StorageVolume image(String format, long allocatedMib) {
    return new StorageVolume(
        "images",
        "vda",
        "/srv/vda",
        format,
        128 * MIB,
        allocatedMib * MIB,
        0,
        null,
        null,
        false,
        null,
        null);
  }

  private static BlockJob copied(long mib) {
    return new BlockJob(mib * MIB, 128 * MIB, 0);
  }

  private Look look(StorageVolume now, BlockJob copy) {
    return growth.look(now, copy);
  }

  @ParameterizedTest
  @ValueSource(strings = {"raw", "qcow2"})
  void growsWithItsCopy(String format) {
    assertThat(look(image(format, 1), NO_SIZE_YET)).isEqualTo(Look.FITS);
    assertThat(look(image(format, 33), copied(16))).isEqualTo(Look.FITS);
    assertThat(look(image(format, 60), copied(20))).isEqualTo(Look.TOO_MUCH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"raw", "qcow2"})
  void isHeldAgainstTheFirstThatIsCountedToo(String format) {
    assertThat(look(image(format, 60), copied(16))).isEqualTo(Look.TOO_MUCH);
  }

  @Test
  void isAwaitedWhileItsCopyHasNoSize() {
    assertThat(look(image("qcow2", 60), NO_SIZE_YET)).isEqualTo(Look.UNTOLD);
    assertThat(growth.look(image("qcow2", 60), null)).isEqualTo(Look.UNTOLD);
    assertThat(growth.isFollowed()).isFalse();
    assertThat(look(image("qcow2", 60), copied(30))).isEqualTo(Look.FITS);
    assertThat(growth.isFollowed()).isTrue();
  }

  @Test
  void mayBeFilledWithZeroesWhereItIsRaw() {
    assertThat(look(image("raw", 70), NO_SIZE_YET)).isEqualTo(Look.FITS);
    assertThat(look(image("raw", 128), copied(0))).isEqualTo(Look.FITS);
    assertThat(look(image("raw", 129), copied(0))).isEqualTo(Look.FITS);
  }

  @Test
  void isFilledWholeOrNotAtAll() {
    assertThat(look(image("raw", 70), NO_SIZE_YET)).isEqualTo(Look.FITS);
    assertThat(look(image("raw", 70), copied(0))).isEqualTo(Look.TOO_MUCH);
  }

  @Test
  void takesTooMuchAtTheEndOfACopyThatWasNeverCounted() {
    Moment end = Moment.LONG_AGO;
    assertThat(growth.isTooMuch(image("qcow2", 17), null, end, true)).isFalse();
    assertThat(growth.isTooMuch(image("qcow2", 60), null, end, true)).isTrue();
    assertThat(growth.isTooMuch(image("raw", 60), null, end, true)).as("of zeroes").isFalse();
  }

  /** As beside a destination that fell silent when the copy had just begun. */
  @Test
  void mayTakeWhatAnUnknownPaceBroughtOnlyWhereItWasSeenLately() {
    CopyPace pace = CopyPace.of(copied(16), Moment.LONG_AGO);
    assertThat(growth.isTooMuch(image("qcow2", 60), pace, Moment.LONG_AGO, true)).isFalse();
    assertThat(growth.isTooMuch(image("qcow2", 60), pace, Moment.LONG_AGO, false)).isTrue();
    assertThat(growth.isTooMuch(image("qcow2", 49), pace, Moment.LONG_AGO, false)).isFalse();
  }
}
