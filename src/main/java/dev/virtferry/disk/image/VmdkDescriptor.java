package dev.virtferry.disk.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.virtferry.libvirt.VolumeReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The text that says of a vmdk image in which files its data is. It is a file of its own, which
 * libvirt takes for raw, or lies within the image.
 */
public final class VmdkDescriptor {

  /** As QEMU has it. */
  public static final int LONGEST = 1024 * 1024;

  private static final int SECTOR = 512;

  private static final Pattern FILE =
      Pattern.compile(
          "(?m)^[ \\t]*+(?:(?:RW|RDONLY|NOACCESS)[ \\t]++\\d++[ \\t]++\\w++[ \\t]++"
              + "|parentFileNameHint[ \\t]*+=[ \\t]*+)\"([^\"\\r\\n\\x00]++)\"");

  private VmdkDescriptor() {}

  /**
   * The files that an image names which libvirt takes for vmdk, as they are written there.
   *
   * @param fileBytes the size of its file
   */
  public static List<String> within(VolumeReader image, long fileBytes) {
    ByteBuffer head = ByteBuffer.wrap(bytes(image, 0, SECTOR)).order(ByteOrder.LITTLE_ENDIAN);
    long sector = head.getLong(28);
    long sectors = head.getLong(36);
    return sector <= 0 || sector >= fileBytes / SECTOR || sectors <= 0
        ? List.of()
        : files(bytes(image, sector * SECTOR, (int) Math.min(LONGEST / SECTOR, sectors) * SECTOR));
  }

  /** The files that a descriptor names; none where the file is something else. */
  public static List<String> alone(VolumeReader file, int length) {
    return files(bytes(file, 0, length));
  }

  private static List<String> files(byte[] descriptor) {
    return FILE.matcher(UTF_8.decode(ByteBuffer.wrap(descriptor)))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  private static byte[] bytes(VolumeReader file, long offset, int length) {
    var bytes = new byte[length];
    file.read(offset, bytes);
    return bytes;
  }
}
