package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.client.DomainLookup.DomainQuery;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * The block jobs that run on disks of a guest ({@code virDomainGetBlockJobInfo}). libvirt tells one
 * disk at a time, and asks QEMU anew where a job runs.
 */
final class BlockJobs {

  /** A disk, and what runs on it. */
  record Told(String target, Optional<BlockJob> job) {}

  private BlockJobs() {}

  /**
   * Those of these disks, by target; none of a guest that left.
   *
   * @param guest makes a query of it, within the limit of one; empty when it left
   */
  static Map<String, BlockJob> of(
      List<String> targets, Function<DomainQuery<List<Told>>, Optional<List<Told>>> guest) {
    Map<String, BlockJob> jobs = new LinkedHashMap<>();
    Batches.<String, Told>all(
            targets,
            left ->
                guest.apply(domain -> Batches.BY_TIME.some(left, target -> told(domain, target))))
        .forEach(told -> told.job().ifPresent(job -> jobs.put(told.target(), job)));
    return jobs;
  }

  private static Told told(Domain domain, String target) throws LibvirtException {
    var info = domain.getBlockJobInfo(target, 0);
    return new Told(
        target,
        info.type == 0
            ? Optional.empty()
            : Optional.of(new BlockJob(info.cur, info.end, info.bandwidth)));
  }
}
