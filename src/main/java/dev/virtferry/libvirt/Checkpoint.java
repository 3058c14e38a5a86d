package dev.virtferry.libvirt;

/**
 * What a host's libvirt knows of a point in time since which each write of a domain is noted down,
 * for incremental backups. The notes themselves are bitmaps in the domain's images.
 *
 * @param xml libvirt's {@code <domaincheckpoint>}, with the name of the parent and without the
 *     {@code <domain>} of that time
 */
public record Checkpoint(String name, String xml) {}
