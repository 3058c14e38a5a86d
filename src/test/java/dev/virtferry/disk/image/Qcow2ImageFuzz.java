package dev.virtferry.disk.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.virtferry.libvirt.VolumeReader;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;

/** The bytes of an image come from a host, and nobody vouches for them. */
@Tag("fuzz")
class Qcow2ImageFuzz {

  @FuzzTest
  void readsAnImageOrSaysWhyNotAndAsksForNothingImpossible(FuzzedDataProvider data) {
    long most = data.consumeBoolean() ? 1 << 20 : Long.MAX_VALUE / 2;
    long offset = data.consumeLong(0, most);
    var into = new byte[data.consumeInt(1, 5_000)];
    try {
      byte[] content = data.consumeRemainingAsBytes();
      var image = new Qcow2Image(new Bytes(content), GuestImage.ZEROES);
      image.read(offset, into);
      assertThat(image.isUnwritten(0)).isFalse();
      image.isUnwritten(content.length);
    } catch (IncomparableImage e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  /** A volume that holds the libvirt reader's callers to what it can do. */
  private static final class Bytes implements VolumeReader {

    private final byte[] content;

    private Bytes(byte[] content) {
      this.content = content;
    }

    @Override
    public void read(long offset, byte[] into) {
      assertThat(offset).as("where to read").isNotNegative();
      assertThat(into.length).as("how much to read").isLessThanOrEqualTo(8 << 20);
      Arrays.fill(into, (byte) 0);
      if (offset < content.length) {
        int length = (int) Math.min(into.length, content.length - offset);
        System.arraycopy(content, (int) offset, into, 0, length);
      }
    }

    @Override
    public void close() {}
  }
}
