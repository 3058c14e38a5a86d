package dev.virtferry.migration.options;

import org.jspecify.annotations.Nullable;

/**
 * Where the destination listens; null leaves the choice to libvirt.
 *
 * @param listenAddress for memory and disks ({@code VIR_MIGRATE_PARAM_LISTEN_ADDRESS})
 * @param disksPort the port for disks, 1 to 65535 ({@code VIR_MIGRATE_PARAM_DISKS_PORT})
 */
public record Listening(@Nullable String listenAddress, @Nullable Integer disksPort)
    implements OptionGroup {

  /** Where libvirt chooses. */
  public static final Listening NONE = new Listening(null, null);
}
