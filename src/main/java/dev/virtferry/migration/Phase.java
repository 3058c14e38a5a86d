package dev.virtferry.migration;

/** What libvirt's job is doing; phases follow each other in this order and never go back. */
public enum Phase {
  /** The disks are copied while the guest runs at the source. */
  STORAGE,
  /** Memory is copied while the guest runs at the source; disks are kept in step. */
  MEMORY,
  /** The source is paused and the destination takes over. */
  SWITCHOVER,
  /** The guest runs at the destination and fetches the rest of its memory. */
  POST_COPY;

  /** Whether an abort would still leave the guest running at the source. */
  public boolean abortable() {
    return switch (this) {
      case STORAGE, MEMORY -> true;
      case SWITCHOVER, POST_COPY -> false;
    };
  }
}
