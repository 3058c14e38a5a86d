package dev.virtferry.migration;

/**
 * What befell a guest on its way. None of it is ever taken back.
 *
 * @param suspended whether virt-ferry paused the guest at the source to bring the copy to its end
 * @param forked whether both hosts may have run the guest, each on its own disks
 * @param ranOn whether the source was seen to go on with the guest after the destination had it
 * @param startedAnew whether the destination was seen to run a guest that was started there anew
 */
record Incidents(boolean suspended, boolean forked, boolean ranOn, boolean startedAnew) {

  static final Incidents NONE = new Incidents(false, false, false, false);

  Incidents withSuspension() {
    return new Incidents(true, forked, ranOn, startedAnew);
  }

  Incidents withFork() {
    return new Incidents(suspended, true, ranOn, startedAnew);
  }

  Incidents withGuestGoingOn() {
    return new Incidents(suspended, forked, true, startedAnew);
  }

  Incidents withGuestStartedAnew() {
    return new Incidents(suspended, forked, ranOn, true);
  }
}
