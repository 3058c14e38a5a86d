package dev.virtferry.lab;

import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * As many testbeds as test classes run at a time. They stay up for all lab tests of this JVM.
 * {@code -Dlab.name} names their labs, so that two builds on one machine do not meet.
 */
final class Testbeds implements AutoCloseable {

  private static final String NAME = System.getProperty("lab.name", "verify");

  private final Queue<Testbed> idle = new ConcurrentLinkedQueue<>();
  private final AtomicInteger started = new AtomicInteger();

  /** One that nobody uses; a new one when there is none. */
  Testbed lease() {
    Testbed free = idle.poll();
    return free == null
        ? Testbed.start(String.format(Locale.ROOT, "%s-%d", NAME, started.incrementAndGet()))
        : free;
  }

  void giveBack(Testbed testbed) {
    idle.add(testbed);
  }

  @Override
  public void close() {
    for (Testbed testbed = idle.poll(); testbed != null; testbed = idle.poll()) {
      testbed.close();
    }
  }
}
