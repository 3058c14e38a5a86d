package dev.virtferry.migration;

import dev.virtferry.libvirt.DomainCondition;

/** What a look at both hosts means for the migration. */
sealed interface Verdict {

  /** The job runs, and the guest is there. */
  record Underway(Phase phase, DomainLocation location) implements Verdict {}

  /** Not final; it will become clear by itself or when a host is back. */
  record Unsettled(DomainLocation location, String reason, String advice) implements Verdict {}

  /** Final unless a person acts. */
  record Contradiction(DomainLocation location, String reason, String advice) implements Verdict {}

  /** The link was lost in post-copy, and each host has a part of the guest's memory. */
  record PostCopyLost() implements Verdict {}

  /**
   * The source has let go, and the destination holds the guest paused because it was to arrive so:
   * now it may run.
   */
  record Releasable() implements Verdict {}

  /**
   * The destination has the whole guest, and the source keeps a paused copy of it that no job will
   * ever end: it did not hear of the arrival.
   */
  record Unconfirmed() implements Verdict {}

  /**
   * The domain is at the destination, and the source has let go of it.
   *
   * @param sourceDefined whether the source still knows the domain, stopped
   */
  record Moved(boolean sourceDefined) implements Verdict {}

  /** The domain is at the source, no job runs, and the destination has nothing of it running. */
  record Stayed(DomainCondition source, DomainCondition destination) implements Verdict {}
}
