package dev.virtferry.notice;

import dev.virtferry.migration.Tracked;

/**
 * Somebody who waits for the news of one migration. Told on the newsroom's own thread, so each call
 * returns at once.
 */
public interface Reader {

  /** The migration, or its progress, is another than the reader knows. */
  void changed(Tracked now);

  /** Nothing was told for a while; a sign of life is due. */
  void quiet();

  /**
   * Nothing more will be told: the service stops, the migration was forgotten, or the caller may
   * not see it any more.
   */
  void closed();
}
