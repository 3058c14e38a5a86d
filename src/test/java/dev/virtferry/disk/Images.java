package dev.virtferry.disk;

import static dev.virtferry.libvirt.Domains.MIB;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The bytes of images, laid out as {@code qemu-img create} does. */
final class Images {

  static final int CLUSTER = 65_536;

  /** The size of the file of an empty qcow2 image of 64 MiB: its table has one entry. */
  static final int EMPTY_BYTES = 3 * CLUSTER + 8;

  private static final int HEADER = 104;

  private Images() {}

  /** An empty qcow2 image of 64 MiB; with room for more, so that a test can write into it. */
  static ByteBuffer qcow2() {
    ByteBuffer file = ByteBuffer.allocate(6 * CLUSTER);
    file.putInt(0, 0x514649fb).putInt(4, 3).putInt(20, 16).putLong(24, 64 * MIB);
    file.putInt(36, 1).putLong(40, 3 * CLUSTER);
    file.putLong(48, CLUSTER).putInt(56, 1).putInt(100, HEADER);
    file.putLong(CLUSTER, 2 * CLUSTER);
    return file;
  }

  /** Another extension of the header, after a table of names as QEMU writes it. */
  static ByteBuffer extended(int type, byte[] content) {
    ByteBuffer file = qcow2();
    file.putInt(HEADER, 0x6803f857).putInt(HEADER + 4, 48);
    int at = HEADER + 8 + 48;
    file.putInt(at, type).putInt(at + 4, content.length).put(at + 8, content);
    return file;
  }

  /** A qcow2 image that keeps its data in another file. */
  static byte[] keepingDataIn(String file) {
    return extended(0x44415441, file.getBytes(UTF_8)).putLong(72, 4).array();
  }

  /** What says where the data of a vmdk image is, as a file of its own. */
  static byte[] vmdkDescriptor(String extent) {
    return """
    # Disk DescriptorFile
    version=1
    parentCID=ffffffff
    createType="monolithicFlat"

    # Extent description
    RW 131072 FLAT "%s" 0
    """
        .formatted(extent)
        .getBytes(UTF_8);
  }

  /** The same within a vmdk image. */
  static byte[] vmdk(String extent) {
    ByteBuffer file = ByteBuffer.allocate(CLUSTER).order(ByteOrder.LITTLE_ENDIAN);
    byte[] descriptor = vmdkDescriptor(extent);
    file.put(0, "KDMV".getBytes(UTF_8)).putLong(28, 1).putLong(36, 20).put(512, descriptor);
    return Arrays.copyOf(file.array(), CLUSTER);
  }
}
