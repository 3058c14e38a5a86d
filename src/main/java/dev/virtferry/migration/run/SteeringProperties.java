package dev.virtferry.migration.run;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What may be done to a running job.
 *
 * @param qemuMonitor whether QEMU's own monitor may be told what libvirt does not pass on; libvirt
 *     marks a domain as tainted ({@code custom-monitor}) then
 */
@ConfigurationProperties("ferry")
public record SteeringProperties(@DefaultValue("false") boolean qemuMonitor) {}
