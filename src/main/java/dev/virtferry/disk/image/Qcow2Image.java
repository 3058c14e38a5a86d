package dev.virtferry.disk.image;

import dev.virtferry.libvirt.VolumeReader;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A qcow2 image as a guest sees it: clusters that are allocated here, and what is beneath
 * elsewhere. Follows the two levels of tables of the format's specification, versions 2 and 3.
 */
public final class Qcow2Image implements GuestImage {

  private static final int ENTRY_BYTES = 8;
  private static final int SECTOR = 512;

  /** Bit 0 says that reference counts may be stale, which does not touch what a guest reads. */
  private static final long TOLERABLE_FEATURES = 1;

  private static final long OFFSET_MASK = 0x00ff_ffff_ffff_fe00L;
  private static final long COMPRESSED = 1L << 62;
  private static final long READS_AS_ZEROES = 1;

  /** Enough for 8 TiB in clusters of QEMU's default size; what has more is taken for written. */
  private static final int LARGEST_TABLE = 128 * 1024;

  /** One of the largest clusters, which is enough for any size; with small ones for 2 GiB. */
  private static final int LARGEST_COUNTS = 2 * 1024 * 1024;

  private static final int LARGEST_READ = 1024 * 1024;

  private final VolumeReader file;
  private final GuestImage beneath;
  private final Qcow2Header header;
  private final int clusterBits;
  private final long capacity;
  private final long tableOffset;

  /**
   * Reads the header.
   *
   * @throws IncomparableImage when the image is of a kind that can't be read here
   */
  public Qcow2Image(VolumeReader file, GuestImage beneath) {
    this.file = file;
    this.beneath = beneath;
    this.header = Qcow2Header.of(file);
    this.clusterBits = header.clusterBits();
    this.capacity = header.capacity();
    this.tableOffset = header.tableOffset();
    requireTable(header.tableEntries());
    requireComparable();
  }

  private void requireComparable() {
    if (header.encrypted()) {
      throw new IncomparableImage("it is encrypted");
    }
    if ((header.features() & ~TOLERABLE_FEATURES) != 0) {
      throw new IncomparableImage(
          String.format(
              Locale.ROOT, "it uses features (%x) that change how it is read", header.features()));
    }
  }

  /** What QEMU would not open must not be taken for zeroes either. */
  private void requireTable(long entries) {
    int bitsOfATable = 2 * clusterBits - 3;
    long needed = capacity == 0 ? 0 : ((capacity - 1) >> bitsOfATable) + 1;
    if (capacity < 0 || tableOffset < 0 || tableOffset > OFFSET_MASK || entries < needed) {
      throw new IncomparableImage("its header is damaged");
    }
  }

  /** Whether it lies on another image. */
  public boolean isOverlay() {
    return header.overlay();
  }

  /**
   * Whether it is as {@code qemu-img create} leaves it: no cluster is mapped, there is no snapshot
   * and no bitmap, and its file has room for the header, the reference counts and one empty table,
   * and for nothing else.
   *
   * @param fileBytes the size of its file
   */
  public boolean isUnwritten(long fileBytes) {
    long tableBytes = header.tableEntries() * ENTRY_BYTES;
    long tableClusters = Math.ceilDiv(tableBytes, header.cluster());
    long countsBytes = header.countsClusters() * header.cluster();
    if (header.snapshots() != 0
        || header.bitmaps()
        || tableBytes > LARGEST_TABLE
        || countsBytes > LARGEST_COUNTS
        || header.countsOffset() < 0
        || header.countsOffset() > OFFSET_MASK) {
      return false;
    }
    long clusters = 1 + header.countsClusters() + countBlocks((int) countsBytes) + tableClusters;
    return fileBytes > 0
        && Math.ceilDiv(fileBytes, header.cluster()) <= clusters
        && GuestImage.isZero(table(tableOffset, (int) tableClusters * header.cluster()).array());
  }

  private long countBlocks(int countsBytes) {
    ByteBuffer counts = table(header.countsOffset(), countsBytes);
    long blocks = 0;
    while (counts.hasRemaining()) {
      blocks += counts.getLong() == 0 ? 0 : 1;
    }
    return blocks;
  }

  private ByteBuffer table(long offset, int length) {
    var whole = new byte[length];
    for (int at = 0; at < length; at += LARGEST_READ) {
      var piece = new byte[Math.min(LARGEST_READ, length - at)];
      file.read(offset + at, piece);
      System.arraycopy(piece, 0, whole, at, piece.length);
    }
    return ByteBuffer.wrap(whole);
  }

  @Override
  public void read(long offset, byte[] into) {
    int cluster = 1 << clusterBits;
    int done = 0;
    while (done < into.length) {
      long at = offset + done;
      int within = (int) (at & (cluster - 1));
      var piece = new byte[Math.min(cluster - within, into.length - done)];
      readCluster(at - within, within, piece);
      System.arraycopy(piece, 0, into, done, piece.length);
      done += piece.length;
    }
  }

  private void readCluster(long start, int within, byte[] piece) {
    if (start >= capacity) {
      GuestImage.ZEROES.read(0, piece);
      return;
    }
    long entry = entry(start >> clusterBits);
    if ((entry & COMPRESSED) != 0) {
      byte[] whole = inflated(entry);
      System.arraycopy(whole, within, piece, 0, piece.length);
    } else if ((entry & READS_AS_ZEROES) != 0) {
      GuestImage.ZEROES.read(0, piece);
    } else if ((entry & OFFSET_MASK) == 0) {
      beneath.read(start + within, piece);
    } else {
      file.read((entry & OFFSET_MASK) + within, piece);
    }
  }

  /** The second level's entry of a cluster; 0 when nothing is allocated. */
  private long entry(long cluster) {
    int bits = clusterBits - 3;
    long first = bytes(tableOffset + (cluster >> bits) * ENTRY_BYTES, ENTRY_BYTES).getLong(0);
    long second = first & OFFSET_MASK;
    long index = cluster & ((1L << bits) - 1);
    return second == 0 ? 0 : bytes(second + index * ENTRY_BYTES, ENTRY_BYTES).getLong(0);
  }

  private byte[] inflated(long entry) {
    int offsetBits = 62 - (clusterBits - 8);
    long offset = entry & ((1L << offsetBits) - 1);
    long sectors = ((entry & ~(COMPRESSED | 1L << 63)) >> offsetBits) + 1;
    int length = (int) (sectors * SECTOR - offset % SECTOR);
    var whole = new byte[1 << clusterBits];
    var inflater = new Inflater(true);
    try {
      inflater.setInput(bytes(offset, length).array());
      int done = 0;
      int more = inflater.inflate(whole);
      while (more > 0) {
        done += more;
        more = inflater.inflate(whole, done, whole.length - done);
      }
      if (done < whole.length) {
        throw new IncomparableImage("a compressed cluster is damaged");
      }
    } catch (DataFormatException e) {
      throw new IncomparableImage("a compressed cluster is damaged");
    } finally {
      inflater.end();
    }
    return whole;
  }

  private ByteBuffer bytes(long offset, int length) {
    var bytes = new byte[length];
    file.read(offset, bytes);
    return ByteBuffer.wrap(bytes);
  }
}
