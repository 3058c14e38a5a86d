package dev.virtferry.disk.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtferry.libvirt.VolumeReader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On images of 512-byte clusters that are laid out here by hand, as the specification says. */
class Qcow2ImageTest {

  private static final int CLUSTER = 512;
  private static final int FIRST_TABLE = CLUSTER;
  private static final int SECOND_TABLE = 2 * CLUSTER;
  private static final int DATA = 3 * CLUSTER;

  private final ByteBuffer file = ByteBuffer.allocate(16 * CLUSTER);

  private final VolumeReader reader =
      new VolumeReader() {
        @Override
        public void read(long offset, byte[] into) {
          Arrays.fill(into, (byte) 0);
          int length = (int) Math.min(into.length, file.capacity() - offset);
          file.get((int) offset, into, 0, length);
        }

        @Override
        public void close() {}
      };

  Qcow2ImageTest() {
    file.putInt(0, 0x514649fb).putInt(4, 3).putInt(20, 9).putLong(24, 8 * CLUSTER);
    file.putInt(36, 1).putLong(40, FIRST_TABLE);
    file.putLong(FIRST_TABLE, SECOND_TABLE);
  }

  private void entry(int cluster, long value) {
    file.putLong(SECOND_TABLE + cluster * 8, value);
  }

  private void fill(int offset, byte value, int length) {
    Arrays.fill(file.array(), offset, offset + length, value);
  }

  private byte[] read(GuestImage beneath, long offset, int length) {
    var into = new byte[length];
    new Qcow2Image(reader, beneath).read(offset, into);
    return into;
  }

  private static byte[] all(int value, int length) {
    var bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  void readsWhatIsAllocatedHereAndTheRestFromBeneath() {
    entry(1, DATA | 1L << 63);
    fill(DATA, (byte) 7, CLUSTER);
    GuestImage beneath = (offset, into) -> Arrays.fill(into, (byte) (offset / CLUSTER + 100));
    assertThat(read(beneath, 0, CLUSTER)).isEqualTo(all(100, CLUSTER));
    assertThat(read(beneath, CLUSTER, CLUSTER)).isEqualTo(all(7, CLUSTER));
    assertThat(read(beneath, 2 * CLUSTER, CLUSTER)).isEqualTo(all(102, CLUSTER));
  }

  @Test
  void readsAcrossClustersFromTheMiddleOfOne() {
    entry(0, DATA);
    entry(1, DATA + CLUSTER);
    fill(DATA, (byte) 1, CLUSTER);
    fill(DATA + CLUSTER, (byte) 2, CLUSTER);
    byte[] read = read(GuestImage.ZEROES, 500, 24);
    assertThat(Arrays.copyOf(read, 12)).isEqualTo(all(1, 12));
    assertThat(Arrays.copyOfRange(read, 12, 24)).isEqualTo(all(2, 12));
  }

  @Test
  void readsAClusterThatIsMarkedAsZeroesEvenOverData() {
    entry(0, DATA | 1);
    fill(DATA, (byte) 9, CLUSTER);
    assertThat(read((_, into) -> Arrays.fill(into, (byte) 5), 0, CLUSTER))
        .isEqualTo(all(0, CLUSTER));
  }

  @Test
  void readsNothingBeyondItsEnd() {
    assertThat(read((_, into) -> Arrays.fill(into, (byte) 5), 8 * CLUSTER, 10))
        .isEqualTo(all(0, 10));
  }

  @Test
  void readsBeneathWhereAWholeTableIsMissing() {
    file.putLong(FIRST_TABLE, 0);
    assertThat(read((_, into) -> Arrays.fill(into, (byte) 5), 0, CLUSTER))
        .isEqualTo(all(5, CLUSTER));
  }

  @Test
  void readsACompressedCluster() {
    var deflater = new Deflater(9, true);
    deflater.setInput(all(42, CLUSTER));
    deflater.finish();
    var packed = new byte[CLUSTER];
    int length = deflater.deflate(packed);
    deflater.end();
    int offset = DATA + 100;
    System.arraycopy(packed, 0, file.array(), offset, length);
    entry(3, 1L << 62 | offset);
    assertThat(read(GuestImage.ZEROES, 3 * CLUSTER + 5, 100)).isEqualTo(all(42, 100));
  }

  @Test
  void doesNotTakeADamagedClusterForContent() {
    entry(0, 1L << 62 | DATA);
    fill(DATA, (byte) 0xff, CLUSTER);
    assertThatThrownBy(() -> read(GuestImage.ZEROES, 0, 1))
        .isInstanceOf(IncomparableImage.class)
        .hasMessage("a compressed cluster is damaged");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, does not begin like qcow2",
    "4, 4, version or cluster size",
    "4, 1, version or cluster size",
    "4, -1, version or cluster size",
    "20, 40, version or cluster size",
    "24, -1, its header is damaged",
    "36, 0, its header is damaged",
    "40, -1, its header is damaged",
    "32, 2, it is encrypted",
    "76, 4, features (4)",
    "76, 16, features (10)",
  })
  void refusesWhatItCantRead(int offset, int value, String why) {
    file.putInt(offset, value);
    assertThatThrownBy(() -> new Qcow2Image(reader, GuestImage.ZEROES))
        .isInstanceOf(IncomparableImage.class)
        .hasMessageContaining(why);
  }

  @Test
  void readsAnImageThatWasNotClosed() {
    file.putInt(76, 1);
    assertThat(read(GuestImage.ZEROES, 0, 10)).isEqualTo(all(0, 10));
  }
}
