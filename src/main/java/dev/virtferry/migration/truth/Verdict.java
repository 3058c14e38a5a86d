package dev.virtferry.migration.truth;

import dev.virtferry.libvirt.DomainState;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Phase;

/** What a look at both hosts means for the migration. */
public sealed interface Verdict {

  /** What the hosts show, in a sentence. */
  String why();

  /** The job runs, and the guest is there. */
  record Underway(Phase phase, DomainLocation location, String why) implements Verdict {}

  /** Not final; it will become clear by itself or when a host is back. */
  record Unsettled(DomainLocation location, String why, String advice) implements Verdict {}

  /** Final unless a person acts. */
  record Contradiction(DomainLocation location, String why, String advice) implements Verdict {}

  /**
   * Both hosts may have run the guest, each on its own disks. No later look takes that back: what
   * either has on its disks is kept.
   */
  record Forked(DomainLocation location, String why, String advice) implements Verdict {}

  /** Nothing that libvirt is known to bring about; a person looks. */
  record Impossible(DomainLocation location, String why) implements Verdict {}

  /** The post-copy was broken off, and each host has a part of the guest's memory. */
  record PostCopyLost(String why) implements Verdict {}

  /**
   * The source has let go, and the destination holds the guest paused because it was to arrive so:
   * now it may run.
   */
  record Releasable(String why) implements Verdict {}

  /**
   * The destination has the whole guest, and the source keeps a paused copy of it that no job will
   * ever end: it did not hear of the arrival.
   */
  record Unconfirmed(String why) implements Verdict {}

  /**
   * The domain is at the destination, and the source has let go of it.
   *
   * @param sourceDefined whether the source still knows the domain, stopped
   */
  record Moved(boolean sourceDefined, String why) implements Verdict {}

  /**
   * No job runs, the destination has nothing of the domain running, and the source knows it, or it
   * ended there and was transient.
   */
  record Stayed(DomainState source, DomainState destination, String why) implements Verdict {}
}
