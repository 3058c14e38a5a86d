package dev.virtferry.migration.run;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The rhythm of one run: waits for the next look, or less when something happened. */
final class WakeUp {

  private final Semaphore news = new Semaphore(0);

  /** Something happened; the next look is due now. */
  void nudge() {
    news.release();
  }

  void await(Duration atMost) throws InterruptedException {
    if (news.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      news.drainPermits();
    }
  }
}
