package dev.virtferry.migration;

import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.VolumeWish;
import dev.virtferry.migration.options.MigrationOptions;
import java.net.URI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for. It never changes; that of a migration which was accepted leaves nothing
 * open.
 *
 * @param domain a name or UUID
 * @param destUri names a host of the inventory
 * @param disks the disk targets to copy; null to copy none, or all when {@code copy} is given
 * @param copy how to copy; null means {@link CopyMode#FULL} when disks are named
 * @param volumes where copied disks go that do not keep their place, by disk target
 * @param source the host that runs the domain; null to look for it
 * @param priority 0 to 9; the higher leave the queue first
 * @param callbackUrl who is told of each change of state; null for nobody
 */
public record MigrationSpec(
    String domain,
    String destUri,
    @Nullable List<String> disks,
    @Nullable CopyMode copy,
    Map<String, VolumeWish> volumes,
    @Nullable String source,
    int priority,
    MigrationOptions options,
    @Nullable URI callbackUrl) {

  public MigrationSpec {
    disks = disks == null ? null : List.copyOf(disks);
    // They keep their order, in which clients are told of what is wrong with them.
    volumes = Collections.unmodifiableMap(new LinkedHashMap<>(volumes));
  }

  /**
   * The same with what it leaves open as a plan decided it, so that a later look plans the same.
   */
  public MigrationSpec decidedBy(TransferPlan plan) {
    boolean plain = plan.disks().isEmpty();
    return new MigrationSpec(
        plan.guest().uuid().toString(),
        plan.destUri(),
        plain ? null : plan.targets(),
        plain ? null : plan.copy(),
        volumes,
        plan.source(),
        priority,
        options.decidedFor(plan.guest().persistent()),
        callbackUrl);
  }

  /** The same with other options. */
  public MigrationSpec with(MigrationOptions options) {
    return new MigrationSpec(
        domain, destUri, disks, copy, volumes, source, priority, options, callbackUrl);
  }
}
