package dev.virtferry.notice;

import dev.virtferry.migration.MigrationSnapshot;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * Somebody who waits for the news of one migration. Told on the feed's own thread, so each call
 * returns at once.
 */
public interface Subscriber {

  /** The migration, or its progress, is another than the reader knows. */
  void changed(MigrationSnapshot now);

  /** Nothing was told for a while; a sign of life is due. */
  void quiet();

  /** For how long it waits; for years, unless it says so. */
  default Duration patience() {
    return ChronoUnit.FOREVER.getDuration();
  }

  /**
   * Nothing more will be told: the service stops, its patience is over, the migration was
   * forgotten, or the caller may not see it any more.
   */
  void closed();
}
