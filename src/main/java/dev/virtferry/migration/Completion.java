package dev.virtferry.migration;

/** How a memory copy that does not come to its end by itself is brought there. */
public enum Completion {
  /**
   * The guest goes on at the destination and fetches the rest of its memory from the source ({@code
   * virDomainMigrateStartPostCopy}); only with {@code options.postCopy}.
   */
  POST_COPY,
  /** The guest is paused at the source until it is across ({@code virDomainSuspend}). */
  SUSPEND
}
