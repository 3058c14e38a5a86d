package dev.virtferry.libvirt;

import java.util.LinkedHashMap;
import java.util.Map;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.libvirt.StorageVol;
import org.libvirt.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a volume in windows and remembers the last ones: each download costs the daemon a process.
 */
final class LibvirtVolumeReader implements VolumeReader {

  private static final Logger log = LoggerFactory.getLogger(LibvirtVolumeReader.class);

  private static final int WINDOW = 1024 * 1024;
  private static final int WINDOWS = 16;

  private final LentConnect connect;
  private final StorageVol volume;

  private final Map<Long, byte[]> windows =
      new LinkedHashMap<>(WINDOWS, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, byte[]> eldest) {
          return size() > WINDOWS;
        }
      };

  LibvirtVolumeReader(LentConnect connect, StorageVol volume) {
    this.connect = connect;
    this.volume = volume;
  }

  @Override
  public void read(long offset, byte[] into) {
    int done = 0;
    while (done < into.length) {
      long at = offset + done;
      byte[] window = windows.computeIfAbsent(at / WINDOW, number -> download(number * WINDOW));
      int from = (int) (at % WINDOW);
      int length = Math.min(WINDOW - from, into.length - done);
      System.arraycopy(window, from, into, done, length);
      done += length;
    }
  }

  private byte[] download(long offset) {
    try {
      return download(connect, volume, offset, WINDOW);
    } catch (LibvirtException e) {
      throw Failures.of(e);
    }
  }

  /** So many bytes from there on; beyond the volume's end there are zeroes. */
  static byte[] download(Connect connect, StorageVol volume, long offset, int length)
      throws LibvirtException {
    Stream stream = connect.streamNew(0);
    try {
      return received(stream, volume, offset, length);
    } finally {
      stream.free();
    }
  }

  private static byte[] received(Stream stream, StorageVol volume, long offset, int wanted)
      throws LibvirtException {
    var window = new byte[wanted];
    volume.download(stream, offset, wanted, 0);
    int filled = 0;
    var piece = new byte[256 * 1024];
    int length = stream.receive(piece);
    while (length > 0) {
      System.arraycopy(piece, 0, window, filled, length);
      filled += length;
      length = stream.receive(piece);
    }
    stream.finish();
    return window;
  }

  @Override
  public void close() {
    try {
      volume.free();
      connect.close();
    } catch (LibvirtException e) {
      log.debug("A connection did not close cleanly", e);
    }
  }
}
