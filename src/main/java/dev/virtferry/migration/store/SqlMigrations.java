package dev.virtferry.migration.store;

import dev.virtferry.migration.IdempotencyKey;
import dev.virtferry.migration.KeyTaken;
import dev.virtferry.migration.Lease;
import dev.virtferry.migration.LeaseLost;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationInProgress;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.Migrations;
import dev.virtferry.migration.Progress;
import dev.virtferry.sql.Patience;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionOperations;

/**
 * {@link Migrations} in H2 or PostgreSQL. Every change is a conditional update of one row, in one
 * transaction with all that follows from it; see {@link MigrationChanged}.
 */
@Repository
class SqlMigrations implements Migrations {

  private final MigrationTable table;
  private final SqlMigrationQueries queries;
  private final PromisedImages images;
  private final IdempotencyKeys keys;
  private final Admission admission;
  private final List<MigrationChanged.Listener> listeners;
  private final TransactionOperations transactions;

  SqlMigrations(
      MigrationTable table,
      SqlMigrationQueries queries,
      PromisedImages images,
      IdempotencyKeys keys,
      Admission admission,
      List<MigrationChanged.Listener> listeners,
      TransactionOperations transactions) {
    this.table = table;
    this.queries = queries;
    this.images = images;
    this.keys = keys;
    this.admission = admission;
    this.listeners = List.copyOf(listeners);
    this.transactions = transactions;
  }

  @Override
  public void add(
      Migration migration, Progress progress, String caller, @Nullable IdempotencyKey key) {
    try {
      transactions.executeWithoutResult(_ -> {
        table.insert(migration, progress, caller);
        images.promise(migration);
        if (key != null) {
          keys.remember(key, migration.id());
        }
        tell(new MigrationChanged(null, new MigrationSnapshot(migration, progress), "accepted"));
        admission.requireRoom(caller);
      });
    } catch (DuplicateKeyException e) {
      UUID domain = migration.plan().guest().uuid();
      throw queries.activeOf(domain.toString()).stream()
          .findFirst()
          .<RuntimeException>map(active -> new MigrationInProgress(active))
          .orElseGet(() -> key == null ? e : new KeyTaken(key));
    }
  }

  private void tell(MigrationChanged event) {
    listeners.forEach(listener -> listener.changed(event));
  }

  @Override
  public Lease take(UUID id) {
    return Patience.untilAnswered(() -> transactions.execute(_ -> table.take(id)));
  }

  @Override
  public Migration current(Lease lease) {
    return Patience.untilAnswered(() -> table.read(lease));
  }

  @Override
  public Progress progress(Lease lease) {
    return Patience.untilAnswered(() -> queries.find(lease.migration())).orElseThrow().progress();
  }

  @Override
  public void report(Lease lease, Progress progress) {
    if (!Patience.untilAnswered(() -> table.report(lease, progress))) {
      throw new LeaseLost(lease);
    }
  }

  @Override
  public Migration change(UUID id, String cause, UnaryOperator<Migration> verb) {
    return changed(id, null, cause, verb);
  }

  @Override
  public Migration change(Lease lease, String cause, UnaryOperator<Migration> verb) {
    return changed(lease.migration(), lease, cause, verb);
  }

  /** Reads, applies and writes until no other change came between. */
  private Migration changed(
      UUID id, @Nullable Lease lease, String cause, UnaryOperator<Migration> verb) {
    @Nullable Migration tried = null;
    while (true) {
      Migration before =
          lease == null ? queries.find(id).orElseThrow().migration() : current(lease);
      // A database that went away after it had written said that it had not.
      if (before.equals(tried)) {
        return before;
      }
      Migration after = verb.apply(before);
      if (after.equals(before)) {
        return before;
      }
      Migration next = after.versioned(before.version() + 1);
      var attempts = new AtomicInteger();
      Supplier<Boolean> write =
          () -> {
            attempts.incrementAndGet();
            return Boolean.TRUE.equals(
                transactions.execute(_ -> write(before, next, lease, cause)));
          };
      if (lease == null ? write.get() : Patience.untilAnswered(write)) {
        return next;
      }
      // After one attempt it was somebody else, even where both wrote the same.
      tried = attempts.get() > 1 ? next : null;
    }
  }

  private boolean write(Migration before, Migration next, @Nullable Lease lease, String cause) {
    boolean freesSlots = before.status().slots().exceed(next.status().slots());
    if (freesSlots) {
      // Before the row, as whoever admits others writes their rows with this lock.
      admission.lock();
    }
    boolean written = table.update(before, next, lease);
    if (written && (freesSlots || next.state() != before.state())) {
      // Not by a query: what this transaction shows may never be, and must not be remembered.
      var now = new MigrationSnapshot(next, table.progress(next.id()));
      tell(new MigrationChanged(before, now, cause));
    }
    return written;
  }
}
