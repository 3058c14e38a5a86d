package dev.virtferry.libvirt;

/**
 * What virt-ferry asks of libvirt, by its subject. Ports, so that tests can play faults that no
 * real host shows on demand.
 */
public record Hypervisor(DomainQueries queries, DomainJobs jobs, DomainControl control) {}
