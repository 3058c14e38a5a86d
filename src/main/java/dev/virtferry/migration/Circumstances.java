package dev.virtferry.migration;

/**
 * What is known of a migration beside what its hosts show.
 *
 * @param phase entered last
 * @param callPending whether our own native call has not returned yet
 * @param destinationSeen whether the destination has held the domain before
 * @param arrival how the guest is to arrive
 * @param suspended whether virt-ferry paused the guest at the source
 * @param told whether libvirt told of the arrival: our call returned without an error, or the
 *     destination keeps a record of it
 */
record Circumstances(
    Phase phase,
    boolean callPending,
    boolean destinationSeen,
    Arrival arrival,
    boolean suspended,
    boolean told) {}
