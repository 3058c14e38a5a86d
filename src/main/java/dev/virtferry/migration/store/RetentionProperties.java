package dev.virtferry.migration.store;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long finished migrations are kept, by how they ended, and what else is kept.
 *
 * @param succeeded after a success
 * @param failed after a failure
 * @param cancelled after a cancel
 * @param idempotencyKeys how long a repeated request is recognised
 * @param audit how long it is remembered who did what
 */
@ConfigurationProperties("ferry.retention")
record RetentionProperties(
    @DefaultValue("90d") Duration succeeded,
    @DefaultValue("365d") Duration failed,
    @DefaultValue("90d") Duration cancelled,
    @DefaultValue("24h") Duration idempotencyKeys,
    @DefaultValue("365d") Duration audit) {}
