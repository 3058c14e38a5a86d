package dev.virtferry.migration.run;

import dev.virtferry.migration.options.LimitAction;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long a phase may go on without progress, and what happens then; zero for as long as it likes.
 *
 * @param storageAfter while no byte of a disk arrives
 * @param memoryAfter while memory does not come nearer to its end than it was
 */
@ConfigurationProperties("ferry.stall")
public record StallLimits(
    @DefaultValue("300s") Duration storageAfter,
    @DefaultValue("CANCEL") LimitAction storageAction,
    @DefaultValue("0s") Duration memoryAfter,
    @DefaultValue("CANCEL") LimitAction memoryAction) {}
