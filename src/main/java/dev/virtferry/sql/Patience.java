package dev.virtferry.sql;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/**
 * Waits for a database that is away: libvirt's job goes on meanwhile, and so must who follows it.
 */
public final class Patience {

  private static final Logger log = LoggerFactory.getLogger(Patience.class);

  private static final Duration BETWEEN = Duration.ofMillis(500);

  private Patience() {}

  /**
   * Does it until the database answers, for as long as that takes. What was written before a
   * failure was told may be written again, so the work has to allow for that.
   *
   * @throws RuntimeException what the work throws when the database is not away, or what it threw
   *     last when the thread is interrupted
   */
  public static <T extends @Nullable Object> T untilAnswered(Supplier<T> work) {
    boolean waited = false;
    while (true) {
      try {
        T answer = work.get();
        if (waited) {
          log.info("The database answers again");
        }
        return answer;
      } catch (DataAccessResourceFailureException
          | TransientDataAccessException
          | CannotCreateTransactionException
          | TransactionSystemException away) {
        if (!waited) {
          log.warn("Waiting for the database, which is away", away);
        }
        waited = true;
        pause(away);
      }
    }
  }

  private static void pause(RuntimeException away) {
    try {
      Thread.sleep(BETWEEN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      away.addSuppressed(e);
      throw away;
    }
  }
}
