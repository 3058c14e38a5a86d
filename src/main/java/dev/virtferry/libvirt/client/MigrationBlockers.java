package dev.virtferry.libvirt.client;

import static dev.virtferry.libvirt.client.DomainLookup.withDomain;

import dev.virtferry.libvirt.Checkpoint;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.Hindrance;
import dev.virtferry.libvirt.Hindrance.Weight;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.xml.DomainXml;
import dev.virtferry.libvirt.xml.Hindrances;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
record MigrationBlockers(LibvirtConnections connections, boolean asksQemu) {

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

  /**
   * What the guest, its definitions and its jobs tell; nothing of one that left.
   *
   * @throws LibvirtFailure also when the host answers and the guest's QEMU does not
   */
  List<Hindrance> of(HostAddress source, UUID id) {
    Told told =
        ask(source, id, (connect, domain) -> told(connect, id, domain)).orElse(Told.NOTHING);
    List<Hindrance> found = new ArrayList<>(told.hindrances());
    if (found.stream().noneMatch(each -> each.weight() == Weight.MIGRATING)) {
      found.addAll(blockJobs(source, id, told.disks()));
    }
    return found;
  }

  /** What a first query tells, and the disks of which each has to be asked. */
  private record Told(List<Hindrance> hindrances, List<String> disks) {

    static final Told NOTHING = new Told(List.of(), List.of());
  }

  @FunctionalInterface
  private interface Reading<T> {
    T of(PooledConnect connect, Domain domain) throws LibvirtException;
  }

  private <T> Optional<T> ask(HostAddress source, UUID id, Reading<T> reading) {
    return connections.askGuest(
        source,
        id,
        LibvirtConnections.GUEST_LIMIT,
        connect -> withDomain(connect, id.toString(), domain -> reading.of(connect, domain)));
  }

  private Told told(PooledConnect connect, UUID id, Domain domain) throws LibvirtException {
    String xml = domain.getXMLDesc(0);
    List<String> disks =
        DomainXml.parse(xml).disks().stream()
            .filter(disk -> disk.image() != null)
            .map(DomainDisk::target)
            .toList();
    return new Told(of(connect, id, domain, xml), disks);
  }

  private List<Hindrance> of(PooledConnect connect, UUID id, Domain domain, String xml)
      throws LibvirtException {
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
    found.addAll(jobs(domain));
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
      String answer = connections.library().tellMonitor(connect, id, MonitorCommand.QUERY_MIGRATE);
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

  private static List<Hindrance> jobs(Domain domain) throws LibvirtException {
    DomainJobStats job = domain.getJobStats(0);
    if (JobStats.read(job).activity() == Activity.NONE) {
      return List.of();
    }
    return List.of(
        JobStats.isMigration(job)
            ? Hindrance.migrating()
            : Hindrance.refused("A job of libvirt's runs on it; wait for its end or abort it."));
  }

  /** Those of a migration are its own. */
  private List<Hindrance> blockJobs(HostAddress source, UUID id, List<String> disks) {
    return BlockJobs.of(disks, query -> ask(source, id, (_, domain) -> query.of(domain)))
        .keySet()
        .stream()
        .map(target ->
            Hindrance.refused(
                "A block job runs on its disk %s; wait for its end.".formatted(target)))
        .toList();
  }
}
