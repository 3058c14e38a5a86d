package dev.virtferry.migration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What holds for migrations that do not say otherwise.
 *
 * @param guardedSwitchover whether the switchover is guarded
 */
@ConfigurationProperties("ferry.defaults")
public record MigrationDefaults(@DefaultValue("false") boolean guardedSwitchover) {}
