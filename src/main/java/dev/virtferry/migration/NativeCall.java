package dev.virtferry.migration;

/** How far our own call of {@code virDomainMigrateToURI3} is. */
enum NativeCall {
  /** It has not returned yet. */
  PENDING,
  /** It returned, or threw, to the run that made it. */
  RETURNED,
  /** Whoever made it is gone, and nobody heard how it ended. */
  UNHEARD
}
