package dev.virtferry.lab;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** As many benches as test classes run at a time. They stay up for all lab tests of this JVM. */
final class Benches implements AutoCloseable {

  private final Queue<Bench> idle = new ConcurrentLinkedQueue<>();
  private final AtomicInteger started = new AtomicInteger();

  /** One that nobody uses; a new one when there is none. */
  Bench lease() {
    Bench free = idle.poll();
    return free == null ? Bench.start("verify-" + started.incrementAndGet()) : free;
  }

  void giveBack(Bench bench) {
    idle.add(bench);
  }

  @Override
  public void close() {
    for (Bench bench = idle.poll(); bench != null; bench = idle.poll()) {
      bench.close();
    }
  }
}
