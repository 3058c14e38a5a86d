package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.Checkpoint;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.Hindrance;
import dev.virtferry.libvirt.Hindrance.Weight;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.xml.DomainXml;
import dev.virtferry.libvirt.xml.Hindrances;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.libvirt.Domain;
import org.libvirt.DomainJobStats;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Why libvirt would refuse to migrate a running domain, or could not.
 *
 * @param asksQemu whether its QEMU is asked as well; libvirt marks the domain as tainted ({@code
 *     custom-monitor}) then
 */
record MigrationBlockers(NativeLibvirt library, boolean asksQemu) {

  private static final Logger log = LoggerFactory.getLogger(MigrationBlockers.class);

  /** {@code VIR_DOMAIN_XML_INACTIVE}. */
  private static final int XML_INACTIVE = 2;

  private static final String SNAPSHOTS =
      "It has %d snapshots, and libvirt migrates no domain that has any, internal or external;"
          + " delete them, or only what libvirt knows of external ones (virsh snapshot-delete"
          + " --metadata).";

  private static final String NO_BITMAPS =
      "Its host can't send the bitmaps of its checkpoints along, which libvirt 6.10 and QEMU 5.2 are"
          + " the first to do; where they do not arrive, the next backup has to be a full one.";

  List<Hindrance> of(PooledConnect connect, UUID id, Domain domain) throws LibvirtException {
    String xml = domain.getXMLDesc(0);
    List<Hindrance> found = new ArrayList<>(Hindrances.now(xml));
    boolean refused = found.stream().anyMatch(each -> each.weight() == Weight.REFUSED);
    if (!refused && domain.isPersistent() != 0) {
      found.addAll(Hindrances.atTheNextStart(domain.getXMLDesc(XML_INACTIVE)));
    }
    int snapshots = domain.snapshotNum();
    if (snapshots > 0) {
      found.add(refused(SNAPSHOTS, snapshots));
    }
    found.addAll(checkpoints(connect, domain));
    found.addAll(jobs(domain, xml));
    if (asksQemu) {
      found.addAll(ofQemu(connect, id));
    }
    return found;
  }

  /** None keeps libvirt from a migration; but what is noted of writes may not arrive whole. */
  private static List<Hindrance> checkpoints(PooledConnect connect, Domain domain)
      throws LibvirtException {
    List<Checkpoint> all = DomainCheckpoints.of(domain);
    if (!all.isEmpty() && !DomainCheckpoints.travelFrom(connect)) {
      return List.of(Hindrance.unknown(NO_BITMAPS));
    }
    return all.stream()
        .filter(checkpoint -> !checkpoint.split().isEmpty())
        .map(MigrationBlockers::split)
        .toList();
  }

  private static Hindrance split(Checkpoint checkpoint) {
    return Hindrance.unknown(
        "Its checkpoint %s is older than the image of %s, and what was written before that is noted in an"
                .formatted(checkpoint.name(), String.join(", ", checkpoint.split()))
            + " image beneath. A copy does not take that along, so the destination is not told of the"
            + " checkpoint, and the next backup there has to be a full one; virsh blockcommit makes it"
            + " one image before.");
  }

  /** What QEMU itself says; none where it does not tell. */
  private List<Hindrance> ofQemu(PooledConnect connect, UUID id) {
    try {
      String answer = library.tellMonitor(connect, id, MonitorCommand.QUERY_MIGRATE);
      return MonitorCommand.blockedReasons(answer).stream()
          .map(reason -> Hindrance.refused("Its QEMU does not migrate it: %s.".formatted(reason)))
          .toList();
    } catch (LibvirtFailure e) {
      log.warn("QEMU does not tell what bars a migration of {}: {}", id, e.message());
      return List.of();
    }
  }

  private static Hindrance refused(String words, int count) {
    return Hindrance.refused(String.format(Locale.ROOT, words, count));
  }

  /** The block jobs of a migration are its own. */
  private static List<Hindrance> jobs(Domain domain, String xml) throws LibvirtException {
    DomainJobStats job = domain.getJobStats(0);
    List<Hindrance> found = new ArrayList<>();
    if (JobStats.read(job).activity() != Activity.NONE) {
      found.add(
          JobStats.isMigration(job)
              ? Hindrance.migrating()
              : Hindrance.refused("A job of libvirt's runs on it; wait for its end or abort it."));
    }
    if (found.stream().noneMatch(each -> each.weight() == Weight.MIGRATING)) {
      found.addAll(blockJobs(domain, DomainXml.parse(xml).disks()));
    }
    return found;
  }

  private static List<Hindrance> blockJobs(Domain domain, List<DomainDisk> disks)
      throws LibvirtException {
    List<Hindrance> found = new ArrayList<>();
    for (DomainDisk disk : disks) {
      if (disk.image() != null && domain.getBlockJobInfo(disk.target(), 0).type != 0) {
        found.add(
            Hindrance.refused(
                "A block job runs on its disk %s; wait for its end.".formatted(disk.target())));
      }
    }
    return found;
  }
}
