package dev.virtferry.disk.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.virtferry.libvirt.VolumeReader;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the first bytes of a qcow2 image say of it, versions 2 and 3.
 *
 * @param features those that change how it is read ({@code incompatible_features})
 * @param overlay whether it lies on another image
 * @param tableOffset where the first level of its two levels of tables begins
 * @param countsClusters clusters that the table of its reference counts takes
 * @param bitmaps whether it keeps which clusters were written since some time
 * @param externalFile where a guest's data is, as it is written there; null where it is within
 */
public record Qcow2Header(
    int clusterBits,
    long capacity,
    boolean encrypted,
    long features,
    boolean overlay,
    long tableOffset,
    long tableEntries,
    long countsOffset,
    long countsClusters,
    int snapshots,
    boolean bitmaps,
    @Nullable String externalFile) {

  private static final int MAGIC = 0x514649fb;
  private static final int VERSION_2 = 2;
  private static final int VERSION_3 = 3;
  private static final int LENGTH_OF_VERSION_2 = 72;

  /** Far more than QEMU writes: the longest that it keeps here are two paths of 1023 bytes. */
  private static final int LENGTH = 8192;

  private static final long EXTERNAL_FILE = 1 << 2;
  private static final int EXTENSION_EXTERNAL_FILE = 0x44415441;
  private static final int EXTENSION_BITMAPS = 0x23852875;

  /**
   * Reads it.
   *
   * @throws IncomparableImage when the image is no qcow2 image that QEMU would open
   */
  public static Qcow2Header of(VolumeReader file) {
    var bytes = new byte[LENGTH];
    file.read(0, bytes);
    ByteBuffer head = ByteBuffer.wrap(bytes);
    if (head.getInt(0) != MAGIC) {
      throw new IncomparableImage("it does not begin like qcow2");
    }
    int version = head.getInt(4);
    int clusterBits = head.getInt(20);
    boolean known = version == VERSION_2 || version == VERSION_3;
    if (!known || clusterBits < 9 || clusterBits > 21) {
      throw new IncomparableImage("its version or cluster size is not known");
    }
    long features = version == VERSION_2 ? 0 : head.getLong(72);
    Map<Integer, ByteBuffer> extensions =
        extensions(head, version == VERSION_2 ? LENGTH_OF_VERSION_2 : head.getInt(100));
    return new Qcow2Header(
        clusterBits,
        head.getLong(24),
        head.getInt(32) != 0,
        features,
        head.getLong(8) != 0,
        head.getLong(40),
        Integer.toUnsignedLong(head.getInt(36)),
        head.getLong(48),
        Integer.toUnsignedLong(head.getInt(56)),
        head.getInt(60),
        extensions.containsKey(EXTENSION_BITMAPS),
        (features & EXTERNAL_FILE) == 0 ? null : externalFile(extensions));
  }

  private static @Nullable String externalFile(Map<Integer, ByteBuffer> extensions) {
    return Optional.ofNullable(extensions.get(EXTENSION_EXTERNAL_FILE))
        .map(name -> UTF_8.decode(name).toString().split("\0", 2)[0])
        .orElse(null);
  }

  /** They follow each other up to the name of the backing file, or the end of the cluster. */
  private static Map<Integer, ByteBuffer> extensions(ByteBuffer head, int from) {
    long backing = head.getLong(8);
    long cluster = 1L << head.getInt(20);
    long end = Math.min(LENGTH, backing > 0 ? Math.min(backing, cluster) : cluster);
    Map<Integer, ByteBuffer> found = new HashMap<>();
    long at = from < LENGTH_OF_VERSION_2 ? end : from;
    while (at + 8 <= end && head.getInt((int) at) != 0) {
      long length = Integer.toUnsignedLong(head.getInt((int) at + 4));
      if (length > end - at - 8) {
        break;
      }
      found.put(head.getInt((int) at), head.slice((int) at + 8, (int) length));
      at += 8 + Math.ceilDiv(length, 8) * 8;
    }
    return found;
  }

  /** The size of a cluster, in bytes. */
  int cluster() {
    return 1 << clusterBits;
  }
}
