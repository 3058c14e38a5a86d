package dev.virtferry.migration;

/** Why a guest that the destination shows as arrived may not be the one that left the source. */
public enum Doubt {
  NONE,
  /**
   * The source went on with the guest after the destination had it, or may have: it stopped there
   * since, and nobody watched.
   */
  RAN_ON,
  /** It was started anew there: its state forgets that as soon as somebody pauses it. */
  STARTED_ANEW,
  /** libvirt itself ended our call with an error: whoever brought it there, it was not our call. */
  NOT_OURS
}
