package dev.virtferry.libvirt;

/**
 * One look at a domain on one host.
 *
 * @param persistent whether the host keeps its definition when it stops ({@code
 *     virDomainIsPersistent}); false where there is none
 */
public record DomainCondition(DomainState state, boolean persistent) {

  public static final DomainCondition ABSENT = new DomainCondition(DomainState.ABSENT, false);
}
