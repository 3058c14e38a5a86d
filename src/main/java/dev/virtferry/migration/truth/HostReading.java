package dev.virtferry.migration.truth;

import dev.virtferry.libvirt.DomainCondition;

/** What one host said of the domain. */
public sealed interface HostReading {

  /** The host answered. */
  record Seen(DomainCondition condition) implements HostReading {}

  /**
   * The host did not answer, so nothing is known.
   *
   * @param why that it is silent
   * @param said what was said of it first; the same for as long as it is silent
   */
  record Unreachable(String why, String said) implements HostReading {}

  /** As {@code virsh} would say it. */
  default String words() {
    return switch (this) {
      case Seen(DomainCondition condition) -> condition.state().words();
      case Unreachable _ -> "no answer";
    };
  }
}
