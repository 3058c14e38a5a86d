package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.xml.DomainXml;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/** Why libvirt would refuse to migrate a running domain, or could not. */
final class MigrationBlockers {

  /** {@code VIR_DOMAIN_XML_INACTIVE}. */
  private static final int XML_INACTIVE = 2;

  private MigrationBlockers() {}

  static List<String> of(Domain domain) throws LibvirtException {
    DomainXml xml = DomainXml.parse(domain.getXMLDesc(0));
    List<String> found = new ArrayList<>();
    hostDevices(domain, xml.hostDevices()).ifPresent(found::add);
    for (String target : xml.slicedDisks()) {
      found.add(
          "Its disk %s is a slice of an image, which virt-ferry does not move; detach it first."
              .formatted(target));
    }
    int snapshots = domain.snapshotNum();
    if (snapshots > 0) {
      found.add(String.format(Locale.ROOT, "It has %d snapshots; delete them first.", snapshots));
    }
    int checkpoints = domain.checkpointListNames().length;
    if (checkpoints > 0) {
      found.add(
          String.format(Locale.ROOT, "It has %d checkpoints; delete them first.", checkpoints));
    }
    if (JobStats.read(domain.getJobStats(0)).activity() != Activity.NONE) {
      found.add("A job of libvirt's runs on it; wait for its end or abort it.");
    }
    for (DomainDisk disk : xml.disks()) {
      if (disk.image() != null && domain.getBlockJobInfo(disk.target(), 0).type != 0) {
        found.add("A block job runs on its disk %s; wait for its end.".formatted(disk.target()));
      }
    }
    return found;
  }

  /** Those of the next start count: what has their addresses at the destination is another's. */
  private static Optional<String> hostDevices(Domain domain, int now) throws LibvirtException {
    if (now > 0) {
      return Optional.of(
          String.format(Locale.ROOT, "It has %d host devices; detach them first.", now));
    }
    int later =
        domain.isPersistent() == 0
            ? 0
            : DomainXml.parse(domain.getXMLDesc(XML_INACTIVE)).hostDevices();
    return later == 0
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "It has %d host devices at its next start; take them out of its definition first.",
                later));
  }
}
