package dev.virtferry.migration.store;

import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * A migration was written that came to another state, or takes less of the limits than before.
 *
 * @param before null where it was accepted just now
 * @param cause of the change, a short sentence
 */
record MigrationChanged(@Nullable Migration before, MigrationSnapshot now, String cause) {

  /** Who wants to hear of it. */
  interface Listener {

    /**
     * Does its part in the transaction that writes the migration: what it writes is there together
     * with the change or not at all, and what it throws takes the change back. Listeners are called
     * in their {@link org.springframework.core.annotation.Order}, so that all lock rows in one.
     */
    void changed(MigrationChanged event);
  }

  /** Whether it came to its state just now. */
  boolean entered() {
    return before == null || before.state() != now.migration().state();
  }

  /** Whether it came to its end just now. */
  boolean ended() {
    return entered() && now.migration().state().terminal();
  }

  /** Whether it waits for a slot from now on, or left one to others. */
  boolean mayAdmit() {
    return before == null || before.status().slots().exceed(now.migration().status().slots());
  }
}
