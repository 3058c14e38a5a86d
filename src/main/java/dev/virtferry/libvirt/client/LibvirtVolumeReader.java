package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.VolumeReader;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.libvirt.StorageVol;
import org.libvirt.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a volume in windows and remembers the last ones: each download costs the daemon a process.
 * One thread uses the connection and also closes it, so that a host which falls silent holds up
 * nobody but this thread.
 */
final class LibvirtVolumeReader implements VolumeReader {

  private static final Logger log = LoggerFactory.getLogger(LibvirtVolumeReader.class);

  private static final int WINDOW = 1024 * 1024;

  /** Of what is read in order, of the tables that lead there, and of what lies aside. */
  private static final int WINDOWS = 4;

  private static final int PIECE = 256 * 1024;
  private static final byte[] NOTHING = new byte[PIECE];

  /** Less than a query may take. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** {@code VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM}, since libvirt 3.4. */
  private static final int SPARSE_STREAM = 1;

  /** For one window. */
  private static final Duration READ_LIMIT = Duration.ofSeconds(10);

  private final String host;
  private final PooledConnect connect;
  private final StorageVol volume;
  private final ExecutorService thread;

  private final Map<Long, byte[]> windows =
      new LinkedHashMap<>(WINDOWS, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, byte[]> eldest) {
          return size() > WINDOWS;
        }
      };

  LibvirtVolumeReader(HostAddress host, PooledConnect connect, StorageVol volume) {
    this.host = host.name();
    this.connect = connect;
    this.volume = volume;
    this.thread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("libvirt-read-" + host.name()).daemon().factory());
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
    Future<byte[]> window = thread.submit(() -> download(connect, volume, offset, WINDOW));
    try {
      return window.get(READ_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof LibvirtException cause
          ? failed(LibvirtErrors.of(cause))
          : HostCalls.rethrown(e.getCause());
    } catch (TimeoutException e) {
      throw new HostUnreachable(
          host,
          String.format(
              Locale.ROOT, "it sent nothing of an image for %d s", READ_LIMIT.toSeconds()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostUnreachable(host, "interrupted while reading an image");
    }
  }

  private RuntimeException failed(LibvirtFailure failure) {
    return connect.alive() && !failure.brokeTheConnection()
        ? failure
        : new HostUnreachable(host, failure.message());
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
    var piece = new byte[PIECE];
    int length = stream.receive(piece);
    while (length > 0) {
      System.arraycopy(piece, 0, window, filled, length);
      filled += length;
      length = stream.receive(piece);
    }
    stream.finish();
    return window;
  }

  /** Holes come as zeroes that no host has sent. */
  static boolean readsAsZeroes(Connect connect, StorageVol volume) throws LibvirtException {
    Stream stream = connect.streamNew(0);
    try {
      volume.download(stream, 0, 0, SPARSE_STREAM);
      long begun = System.nanoTime();
      var piece = new byte[PIECE];
      int length = stream.receive(piece);
      while (length > 0) {
        if (!isZero(piece, length) || System.nanoTime() - begun > PATIENCE.toNanos()) {
          stream.abort();
          return false;
        }
        length = stream.receive(piece);
      }
      stream.finish();
      return true;
    } finally {
      stream.free();
    }
  }

  private static boolean isZero(byte[] piece, int length) {
    return Arrays.mismatch(piece, 0, length, NOTHING, 0, length) < 0;
  }

  @Override
  public void close() {
    thread.execute(this::released);
    thread.shutdown();
  }

  private void released() {
    try {
      volume.free();
      connect.close();
    } catch (LibvirtException e) {
      log.debug("A connection did not close cleanly", e);
    }
  }
}
