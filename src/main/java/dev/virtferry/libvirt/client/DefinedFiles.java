package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.libvirt.Need;
import dev.virtferry.libvirt.xml.HostNeeds;
import dev.virtferry.libvirt.xml.NamedFiles;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.libvirt.Domain;
import org.libvirt.DomainSnapshot;
import org.libvirt.LibvirtException;

/**
 * The files that a domain's definitions name, and its snapshots, whose definitions may name more.
 *
 * @param listeners where it listens now
 * @param snapshots their names
 */
record DefinedFiles(
    UUID domain, List<NamedFile> files, List<Need.Listener> listeners, List<String> snapshots) {

  private static final int XML_INACTIVE = 2;

  DefinedFiles {
    files = List.copyOf(files);
    listeners = List.copyOf(listeners);
    snapshots = List.copyOf(snapshots);
  }

  /** Reads the definition that it runs with, and the one that it starts with the next time. */
  static DefinedFiles of(Domain domain) throws LibvirtException {
    String now = domain.getXMLDesc(0);
    Set<NamedFile> files = new LinkedHashSet<>(NamedFiles.in(now));
    boolean runs = domain.isActive() == 1;
    if (runs) {
      files.addAll(NamedFiles.in(domain.getXMLDesc(XML_INACTIVE)));
    }
    return new DefinedFiles(
        uuid(domain),
        List.copyOf(files),
        runs ? HostNeeds.listening(now) : List.of(),
        List.of(domain.snapshotListNames()));
  }

  /** Of one whose definitions can't be had. */
  static DefinedFiles unknown(Domain domain) throws LibvirtException {
    return new DefinedFiles(uuid(domain), List.of(NamedFile.ANY), List.of(), List.of());
  }

  private static UUID uuid(Domain domain) throws LibvirtException {
    return UUID.fromString(domain.getUUIDString());
  }

  /** The same for a snapshot; one that was deleted meanwhile names nothing any more. */
  static List<NamedFile> ofSnapshot(Domain domain, String snapshotName) throws LibvirtException {
    try {
      DomainSnapshot snapshot = domain.snapshotLookupByName(snapshotName);
      try {
        return NamedFiles.in(snapshot.getXMLDesc());
      } finally {
        snapshot.free();
      }
    } catch (LibvirtException e) {
      if (LibvirtErrors.of(e).is(ErrorNumber.NO_DOMAIN_SNAPSHOT)) {
        return List.of();
      }
      throw e;
    } catch (IllegalArgumentException e) {
      return List.of(NamedFile.ANY);
    }
  }
}
