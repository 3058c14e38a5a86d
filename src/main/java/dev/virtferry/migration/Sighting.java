package dev.virtferry.migration;

import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.JobReading;
import java.util.Map;

/**
 * One look at both hosts.
 *
 * @param job of the source's daemon
 * @param blockJobs the copies that run, by disk target
 */
record Sighting(
    Reading source, Reading destination, JobReading job, Map<String, BlockJob> blockJobs) {

  boolean sourceRuns() {
    return source instanceof Reading.Seen(DomainCondition condition) && condition.runs();
  }

  boolean destinationHolds() {
    return destination instanceof Reading.Seen(DomainCondition condition) && condition.active();
  }
}
