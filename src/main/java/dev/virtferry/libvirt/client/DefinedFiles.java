package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.libvirt.xml.NamedFiles;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.libvirt.Domain;
import org.libvirt.DomainSnapshot;
import org.libvirt.LibvirtException;

/** The files that all definitions of a domain name, those of its snapshots included. */
final class DefinedFiles {

  private static final int XML_INACTIVE = 2;

  private DefinedFiles() {}

  static List<NamedFile> of(Domain domain) throws LibvirtException {
    Set<NamedFile> files = new LinkedHashSet<>(NamedFiles.in(domain.getXMLDesc(0)));
    if (domain.isActive() == 1) {
      files.addAll(NamedFiles.in(domain.getXMLDesc(XML_INACTIVE)));
    }
    for (String name : domain.snapshotListNames()) {
      try {
        files.addAll(ofSnapshot(domain, name));
      } catch (LibvirtException e) {
        // One that was deleted since they were listed names nothing any more.
        if (!LibvirtErrors.of(e).is(ErrorNumber.NO_DOMAIN_SNAPSHOT)) {
          throw e;
        }
      }
    }
    return List.copyOf(files);
  }

  private static List<NamedFile> ofSnapshot(Domain domain, String snapshotName)
      throws LibvirtException {
    DomainSnapshot snapshot = domain.snapshotLookupByName(snapshotName);
    try {
      return NamedFiles.in(snapshot.getXMLDesc());
    } finally {
      snapshot.free();
    }
  }
}
