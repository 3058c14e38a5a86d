package dev.virtferry.notice;

import dev.virtferry.migration.MigrationSnapshot;

/** A migration the way the API shows it; a port, as this package knows nothing of the web. */
@FunctionalInterface
public interface Representation {

  Object of(MigrationSnapshot tracked);
}
