package dev.virtferry.migration.store;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** What others may see only once the transaction is there for them. */
final class AfterCommit {

  private AfterCommit() {}

  /** Does it when the transaction of this thread is committed. */
  static void run(Runnable action) {
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCommit() {
            action.run();
          }
        });
  }
}
