package dev.virtferry.disk;

import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.problem.Problem;
import java.util.List;

/**
 * Which disks are copied.
 *
 * @param choices every disk of the domain, in the order of its definition
 * @param chosen those that are copied, in the order in which libvirt will be told
 * @param staying those that are not, and that nobody said every host sees: the destination has to
 *     have them too
 * @param problems why the wish can't be met; empty when it can
 */
public record Selection(
    List<DiskChoice> choices,
    List<DomainDisk> chosen,
    List<DomainDisk> staying,
    List<Problem> problems) {}
