package dev.virtferry.migration.plan;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.HostPath;
import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.libvirt.SourceType;
import java.util.List;
import java.util.Set;

/**
 * Which of the files that a guest opens are looked at as its disks, at the places that these have
 * at the destination.
 *
 * @param now the disks that it has
 * @param moved the targets of those that go to other places; a definition that has the same image
 *     for the target follows it there
 * @param flat the targets of those that are copied with all that is beneath
 */
record SeenAsDisks(List<DomainDisk> now, Set<String> moved, Set<String> flat) {

  /** The types of disks that are looked at by their places. */
  private static final Set<SourceType> PLACED =
      Set.of(SourceType.FILE, SourceType.BLOCK, SourceType.VOLUME);

  /** Whether a file needs no other look. */
  boolean have(NamedFile file) {
    return file.isBeneath()
        ? flat.contains(file.target())
        : now.stream().anyMatch(disk -> covers(disk, file));
  }

  /** A disk that is only read is looked at as such; one that goes elsewhere leaves its path. */
  private boolean covers(DomainDisk disk, NamedFile file) {
    DiskImage image = disk.image();
    return image != null
        && PLACED.contains(image.type())
        && HostPath.same(image.location(), file.name())
        && (disk.isWritten() || file.readOnly())
        && (disk.target().equals(file.target()) || !moved.contains(disk.target()));
  }
}
