package dev.virtferry.migration;

import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All migrations, to be added and changed; {@link MigrationQueries} tells of them. A port: the
 * store knows migrations, not the other way round, and tests keep them in memory. What is done
 * under a {@link Lease} waits for a database that is away, however long that takes; anything else
 * fails then.
 */
public interface Migrations {

  /**
   * Keeps a new migration and gives it a slot as soon as one is free, all in one transaction.
   *
   * @param caller who asked for it
   * @param key of the request; null when it had none
   * @throws MigrationInProgress when the domain has one that has not ended
   * @throws ImagePromised when another one that has not ended copies into the same image
   * @throws KeyTaken when another request came first with that key
   * @throws QueueFull when as many of the caller's wait as may
   */
  void add(Migration migration, Progress progress, String caller, @Nullable IdempotencyKey key);

  /**
   * Applies a verb to the migration as it is now, again if another change came between.
   *
   * @throws java.util.NoSuchElementException when there is none of that id
   * @throws IllegalTransition when its state does not allow the verb
   */
  Migration change(UUID id, String cause, UnaryOperator<Migration> verb);

  /** Takes the migration for a run; every older hold on it is void. */
  Lease take(UUID id);

  /**
   * The migration as it is now, for the run that carries it.
   *
   * @throws LeaseLost when it was taken over
   */
  Migration current(Lease lease);

  /**
   * {@link #change(UUID, String, UnaryOperator)} by the run that carries the migration.
   *
   * @throws LeaseLost when it was taken over
   */
  Migration change(Lease lease, String cause, UnaryOperator<Migration> verb);

  /** How far it was when that was last reported. */
  Progress progress(Lease lease);

  /**
   * Keeps the progress; never in the way of a change.
   *
   * @throws LeaseLost when the migration was taken over
   */
  void report(Lease lease, Progress progress);
}
