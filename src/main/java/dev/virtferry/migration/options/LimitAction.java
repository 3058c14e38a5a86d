package dev.virtferry.migration.options;

/** What is done about a migration that takes too long. */
public enum LimitAction {
  /** The job is aborted, and the migration is FAILED; the guest stays where it was. */
  CANCEL,
  /**
   * The guest is paused at the source, so that it changes nothing more and the copy comes to its
   * end; it runs again at the destination, or at the source when the migration fails.
   */
  SUSPEND,
  /**
   * The guest goes on at the destination as soon as memory is copied, and fetches the rest from
   * there; only with {@code options.postCopy}.
   */
  POST_COPY
}
