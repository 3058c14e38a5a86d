package dev.virtferry.migration;

import dev.virtferry.disk.CopyMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for.
 *
 * @param domain a name or UUID
 * @param destUri names a host of the inventory
 * @param disks the disk targets to copy; null to copy none, or all when {@code copy} is given
 * @param copy how to copy; null means {@link CopyMode#FULL} when disks are named
 * @param source the host that runs the domain; null to look for it
 * @param priority 0 to 9; the higher leave the queue first
 */
public record Submission(
    String domain,
    String destUri,
    @Nullable List<String> disks,
    @Nullable CopyMode copy,
    @Nullable String source,
    int priority,
    MigrationOptions options) {}
