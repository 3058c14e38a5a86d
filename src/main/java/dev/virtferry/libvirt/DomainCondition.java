package dev.virtferry.libvirt;

import org.jspecify.annotations.Nullable;

/**
 * One look at a domain on one host.
 *
 * @param name which may be another than it was; null where the host has no such domain
 * @param run without its processor time, which takes another question; null while it does not run
 * @param persistent whether the host keeps its definition when it stops ({@code
 *     virDomainIsPersistent}); false where there is none
 */
public record DomainCondition(
    @Nullable String name, DomainState state, @Nullable DomainRun run, boolean persistent) {

  public static final DomainCondition ABSENT =
      new DomainCondition(null, DomainState.ABSENT, null, false);
}
