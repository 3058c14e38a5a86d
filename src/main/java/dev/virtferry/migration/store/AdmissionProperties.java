package dev.virtferry.migration.store;

import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How many migrations run at a time, over all replicas.
 *
 * @param outgoingPerHost from one source
 * @param incomingPerHost to one destination
 * @param total altogether
 * @param queuedPerCaller how many of one caller's may wait for a slot
 */
@Validated
@ConfigurationProperties("ferry.limits")
public record AdmissionProperties(
    @Min(1) @DefaultValue("2") int outgoingPerHost,
    @Min(1) @DefaultValue("2") int incomingPerHost,
    @Min(1) @DefaultValue("50") int total,
    @Min(1) @DefaultValue("1000") int queuedPerCaller) {}
