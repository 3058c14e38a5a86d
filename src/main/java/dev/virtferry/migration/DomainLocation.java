package dev.virtferry.migration;

/** Where the guest is, as far as both hosts tell. */
public enum DomainLocation {
  SOURCE,
  DESTINATION,
  BOTH,
  NEITHER,
  UNKNOWN
}
