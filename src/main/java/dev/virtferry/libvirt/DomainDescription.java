package dev.virtferry.libvirt;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A domain on one host as it is right now.
 *
 * @param run null while it does not run
 * @param memoryBytes what the guest has
 * @param disks in the order of the definition
 */
public record DomainDescription(
    String name,
    UUID uuid,
    @Nullable DomainRun run,
    DomainState state,
    boolean persistent,
    boolean autostart,
    long memoryBytes,
    Machine machine,
    List<DomainDisk> disks) {}
