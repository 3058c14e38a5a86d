package dev.virtferry.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtferry.BesideOthers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

@BesideOthers
class ConsoleStreamTest {

  /** Takes a write for each permit. */
  private static final class Pipe extends OutputStream {

    private final Semaphore room = new Semaphore(0);
    private final ByteArrayOutputStream read = new ByteArrayOutputStream();
    private final AtomicBoolean closed = new AtomicBoolean();

    @Override
    public void write(int one) {
      throw new AssertionError("One byte at a time");
    }

    @Override
    public synchronized void write(byte[] bytes) throws IOException {
      room.acquireUninterruptibly();
      if (closed.get()) {
        throw new IOException("Broken pipe");
      }
      read.writeBytes(bytes);
    }

    synchronized String read() {
      return read.toString(UTF_8);
    }
  }

  private final Pipe pipe = new Pipe();
  private final List<Long> lost = new CopyOnWriteArrayList<>();

  private void write(ConsoleStream console, String line) throws IOException {
    console.write(line.getBytes(UTF_8));
  }

  @Test
  void writesEachLineBeforeItGoesOn() throws Exception {
    var console = new ConsoleStream(pipe, Duration.ofMinutes(5), lost::add);
    pipe.room.release(2);
    write(console, "one\n");
    assertThat(pipe.read()).isEqualTo("one\n");
    write(console, "two\n");
    assertThat(pipe.read()).isEqualTo("one\ntwo\n");
    assertThat(lost).isEmpty();
  }

  @Test
  void losesLinesWhileNobodyReadsAndSaysHowMany() throws Exception {
    var console = new ConsoleStream(pipe, Duration.ofMillis(1), lost::add);
    write(console, "late\n");
    write(console, "lost\n");
    write(console, "lost too\n");
    assertThat(lost).isEmpty();
    pipe.room.release(1_000_000);
    while (lost.isEmpty()) {
      write(console, "again\n");
    }
    assertThat(lost.getFirst()).isGreaterThanOrEqualTo(2);
    console.close();
    assertThat(pipe.read()).startsWith("late\n").doesNotContain("lost");
  }

  @Test
  void tellsWhatIsWrongWithAConsoleThatIsGone() {
    var console = new ConsoleStream(pipe, Duration.ofMinutes(5), lost::add);
    pipe.closed.set(true);
    pipe.room.release();
    assertThatThrownBy(() -> write(console, "one\n")).isInstanceOf(IOException.class);
  }
}
