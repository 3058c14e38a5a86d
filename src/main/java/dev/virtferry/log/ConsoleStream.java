package dev.virtferry.log;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The console, which may be a pipe that nobody reads. Whoever logs waits for it for a moment; then
 * lines are lost until it takes some again, and nobody waits. Written to under the appender's lock.
 */
final class ConsoleStream extends OutputStream {

  private final OutputStream console;
  private final Duration patience;
  private final LongConsumer lost;
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("console").daemon().factory());
  private @Nullable Future<?> stuck;
  private long left;

  /**
   * A stream that never blocks for long.
   *
   * @param lost told how many writes were lost, once the console takes some again
   */
  ConsoleStream(OutputStream console, Duration patience, LongConsumer lost) {
    this.console = console;
    this.patience = patience;
    this.lost = lost;
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    byte[] line = new byte[length];
    System.arraycopy(bytes, offset, line, 0, length);
    inTime(() -> {
      console.write(line);
      console.flush();
      return null;
    });
  }

  private void inTime(Callable<@Nullable Void> write) throws IOException {
    if (stuck != null && !stuck.isDone()) {
      left++;
      return;
    }
    stuck = null;
    if (left > 0) {
      lost.accept(left);
      left = 0;
    }
    Future<?> written = writer.submit(write);
    try {
      written.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      stuck = written;
    } catch (InterruptedException e) {
      stuck = written;
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IOException("The console can't be written to", e.getCause());
    }
  }

  @Override
  public void close() {
    writer.shutdown();
  }
}
