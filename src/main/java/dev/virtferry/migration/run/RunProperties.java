package dev.virtferry.migration.run;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How a migration is watched.
 *
 * @param interval between two looks at both hosts
 * @param settle how long a sight that is not final has to last before it is told
 * @param patience how long a host is waited for that is silent before libvirt's call, and one that
 *     answers after it and does not do what is left to do
 * @param events whether libvirt's events make the next look come at once
 */
@ConfigurationProperties("ferry.watch")
public record RunProperties(
    @DefaultValue("250ms") Duration interval,
    @DefaultValue("5s") Duration settle,
    @DefaultValue("30s") Duration patience,
    @DefaultValue("true") boolean events) {}
