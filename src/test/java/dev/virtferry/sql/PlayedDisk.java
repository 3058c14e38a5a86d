package dev.virtferry.sql;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.h2.store.fs.FileBase;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/** A disk that a test plays below H2, in URLs that begin with {@code jdbc:h2:played:}. */
public final class PlayedDisk extends FilePathWrapper {

  /** How it is. */
  public enum Condition {
    SOUND,
    FULL,
    /** It writes, and says that it did not. */
    LYING,
    /** A write does not come back before the disk is another. */
    HANGING
  }

  private static volatile Condition condition = Condition.SOUND;
  private static volatile CountDownLatch changed = new CountDownLatch(1);

  /** Makes it known to H2. */
  public static void plug() {
    FilePath.register(new PlayedDisk());
  }

  /** From now on. */
  public static void be(Condition now) {
    condition = now;
    changed.countDown();
    changed = new CountDownLatch(1);
  }

  /** Of a database that is written as the service's own is. */
  public static String url(Path directory) {
    return ("jdbc:h2:played:%s/ferry;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;"
            + "WRITE_DELAY=0;LOCK_TIMEOUT=10000;DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0")
        .formatted(directory);
  }

  @Override
  public String getScheme() {
    return "played";
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    return new Channel(super.open(mode));
  }

  private static final class Channel extends FileBase {

    private final FileChannel real;

    Channel(FileChannel real) {
      this.real = real;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      return write(bytes, real.position());
    }

    @Override
    public synchronized int write(ByteBuffer bytes, long position) throws IOException {
      switch (condition) {
        case SOUND -> {}
        case FULL -> throw new IOException("No space left on device");
        case LYING -> {
          real.write(bytes, position);
          throw new IOException("Played: it was written");
        }
        case HANGING -> await(changed);
      }
      return real.write(bytes, position);
    }

    private static void await(CountDownLatch change) throws IOException {
      try {
        change.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
    }

    @Override
    public int read(ByteBuffer bytes) throws IOException {
      return real.read(bytes);
    }

    @Override
    public synchronized int read(ByteBuffer bytes, long position) throws IOException {
      return real.read(bytes, position);
    }

    @Override
    public long position() throws IOException {
      return real.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
      real.position(position);
      return this;
    }

    @Override
    public long size() throws IOException {
      return real.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      real.truncate(size);
      return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
      real.force(metaData);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      real.close();
    }
  }
}
