package dev.virtferry.libvirt;

import java.util.List;

/**
 * What a host's libvirt knows of a point in time since which each write of a domain is noted down,
 * for incremental backups. The notes themselves are bitmaps in the domain's images.
 *
 * @param xml libvirt's {@code <domaincheckpoint>}, with the name of the parent and without the
 *     {@code <domain>} of that time
 * @param split the targets of disks that got another image since, so that a part is noted in an
 *     image beneath; what was redefined without its {@code <domain>} does not tell
 */
public record Checkpoint(String name, String xml, List<String> split) {

  public Checkpoint {
    split = List.copyOf(split);
  }
}
