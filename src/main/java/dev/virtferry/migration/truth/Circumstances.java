package dev.virtferry.migration.truth;

import dev.virtferry.migration.Arrival;
import dev.virtferry.migration.Doubt;
import dev.virtferry.migration.Phase;

/**
 * What is known of a migration beside what its hosts show.
 *
 * @param phase entered last
 * @param callPending whether our own call has not returned yet
 * @param destinationSeen whether the destination has held the domain before
 * @param arrival how the guest is to arrive
 * @param suspended whether virt-ferry paused the guest at the source
 * @param forked whether both hosts may have run the guest, each on its own disks
 * @param told whether libvirt told of the arrival: our call returned without an error, or the
 *     destination keeps a record of it
 * @param mayHaveLeft whether the guest may have reached the destination and left it again: the
 *     source started it anew, or has it no more, and nobody watched or heard libvirt fail
 * @param onlyEnded whether a source that does not know the domain any more can only mean that it
 *     ended there: it was transient and watched up to then, and libvirt itself said that its
 *     migration failed
 * @param anotherRun whether the source has the domain by another name, or runs it and not since
 *     before it was to be moved: it was ended there, so what it does now is no part of this
 *     migration
 * @param doubt of what the destination has
 */
public record Circumstances(
    Phase phase,
    boolean callPending,
    boolean destinationSeen,
    Arrival arrival,
    boolean suspended,
    boolean forked,
    boolean told,
    boolean mayHaveLeft,
    boolean onlyEnded,
    boolean anotherRun,
    Doubt doubt) {}
