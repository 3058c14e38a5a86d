package dev.virtferry.migration;

/**
 * What is known of a migration beside what its hosts show.
 *
 * @param phase entered last
 * @param callPending whether our own native call has not returned yet
 * @param destinationSeen whether the destination has held the domain before
 * @param arrival how the guest is to arrive
 * @param suspended whether virt-ferry paused the guest at the source
 * @param persistent whether the source kept a definition of the domain when it was accepted
 */
record Circumstances(
    Phase phase,
    boolean callPending,
    boolean destinationSeen,
    Arrival arrival,
    boolean suspended,
    boolean persistent) {}
