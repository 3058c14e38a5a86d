package dev.virtferry.disk;

/** How it is made sure that an overlay gets the same backing image at the destination. */
public enum BackingCheck {
  /** By virtual size, format and allocation. */
  SIZE,
  /** By everything that a guest would read of it; both hosts' images are read in full. */
  CONTENT
}
